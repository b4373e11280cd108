package desk

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
	"kaitong/bot/staff"
)

// What people write is text wherever the desk shows it: nothing runs, no policy
// is violated (the tab would complain), no element comes of it, and it reads as
// it was written.
func TestThePageShowsWordsAsWords(t *testing.T) {
	t.Parallel()
	tryPage(t, []pageCase{
		{"of a long chat", hostileChat},
		{"of everything around a conversation", hostileCase},
		{"of names of lines, colleagues and snippets", hostileNames},
		{"of accounts and records", hostileRecords},
	})
}

// hostile are texts that would run, or call elsewhere, if they were markup.
func hostile(t *testing.T) []string {
	t.Helper()
	own, err := os.ReadFile(filepath.Join("..", "web", "testdata", "injections.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.Split(strings.TrimSpace(string(own)), "\n"), `x" onmouseover="alert(30)`, "//127.0.0.1:1/x", "</script><script>alert(31)</script>")
}

// public are two lists of others, where they lie beside the repository.
func public(t *testing.T) []string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "data", "security")
	raw, err := os.ReadFile(filepath.Join(folder, "xss-payload-list.txt"))
	if err != nil {
		t.Log("NOT TESTED: ../shared/data/security is absent; only our own list is tried")
		return nil
	}
	blns, err := os.ReadFile(filepath.Join(folder, "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	if err := json.Unmarshal(blns, &lines); err != nil {
		t.Fatal(err)
	}
	lines = append(lines, strings.Split(strings.ToValidUTF8(string(raw), ""), "\n")...)
	return slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
}

// wellMade fails when an element is on the page that is none of ours.
func (s *sight) wellMade(where string) {
	s.o.t.Helper()
	if found := browsertest.Value[[]string](s.Place, strangers); len(found) > 0 {
		s.o.t.Errorf("%s: injected %q", where, found)
	}
}

const strangers = `(() => {
	const ours = new Set(("a,article,blockquote,body,button,caption,dd,details,div,dl,dt,footer,form,h1,h2,h3,head,header,html,input,kbd,label,li,link,main," +
		"meta,meter,nav,ol,p,path,script,section,span,strong,style,summary,svg,table,tbody,td,textarea,th,thead,time,title,tr,ul").split(","));
	const odd = (e) => !ours.has(e.localName) && !e.matches("body > noscript") || e.getAttributeNames().some((name) => name.startsWith("on"))
		|| ["script", "link", "meta", "style", "title"].includes(e.localName) && !document.head.contains(e)
		|| e.localName === "a" && e.getAttribute("href") !== "#thread" || e.localName === "script" && !e.src.startsWith(location.origin + "/desk/");
	return $$("*").filter(odd).map((e) => e.outerHTML.slice(0, 200));
})()`

// reads waits until the elements of a selector say these texts and no others.
func (s *sight) reads(where, selector string, want []string) {
	s.o.t.Helper()
	s.Until(fmt.Sprintf("$$(%q).length >= %d", selector, len(want)))
	got := browsertest.Value[[]string](s.Place, fmt.Sprintf("$$(%q).map((e) => e.textContent)", selector))
	if diff := cmp.Diff(want, got); diff != "" {
		s.o.t.Errorf("%s: -want +got:\n%s", where, diff)
	}
}

func hostileChat(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.talking("c1", "lin", "x")
	lines := append(hostile(t), public(t)...)
	o.engine.mu.Lock()
	for i, line := range lines {
		o.engine.next(o.engine.cases["c1"], o.engine.cases["c1"].Entry, bot.Message{
			Seq: int64(i + 2), ID: fmt.Sprint("m", i), Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: line}},
		})
	}
	o.engine.mu.Unlock()
	s := o.at(chromium, "lin", look{})
	s.tab.Press("2")
	s.opens("x")
	s.reads("chat", ".message.user .words", append([]string{"人工"}, lines...))
	s.wellMade("chat")
	t.Logf("%d lines", len(lines))
}

// everything are events in which a text stands wherever one can.
func everything(text string) []bot.Event {
	agent := bot.Agent{Tenant: tenant, ID: "zz", Name: text}
	return []bot.Event{
		bot.Understood{Intent: text, Confidence: 0.5},
		bot.Message{Seq: 2, ID: text, Author: bot.AuthorBot, About: &bot.About{Decision: bot.Ineligible, Cause: text, Reasons: []string{text}, Fixes: []string{text}}, Blocks: []bot.Block{
			{Type: bot.BlockFacts, Title: text, Text: text, Source: "cause:" + text, Items: []bot.Item{{Label: text, Text: text}}},
			{Type: bot.BlockSteps, Title: text, Text: text, Items: []bot.Item{{Text: text, How: text}}},
			{Type: bot.BlockNotice, Level: text, Title: text, Text: text},
			{Type: bot.BlockLink, Text: text, URL: text},
			{Type: bot.BlockChoices, Choices: []bot.Choice{{ID: text, Label: text}}},
			{Type: bot.BlockType(text), Text: text},
		}},
		bot.FeedbackGiven{ID: text, Message: text, Vote: text, Reason: text},
		bot.StepTaken{Flow: text, Step: text, Fix: text, Outcome: bot.StepOutcome(text)},
		bot.HandoffChanged{Seq: 3, State: bot.HandoffQueued, Queue: text, Reason: text, Ticket: text},
		bot.HandoffChanged{Seq: 4, State: bot.HandoffActive, Queue: text, Agent: &agent},
		bot.ProofAttached{Proof: bot.Proof{ID: "p1", Name: text + ".pdf", Type: "application/pdf", Size: 9, SHA256: "9f86d081"}},
		bot.Noted{Agent: agent, Text: text},
		bot.Disposed{Agent: agent, Cause: text, Solved: bot.SolvedNo, Note: text},
		bot.Message{Seq: 5, ID: text + "a", Author: bot.AuthorAgent, By: &agent, Blocks: []bot.Block{{Type: bot.BlockText, Text: text}}},
	}
}

func hostileCase(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	lines := hostile(t)
	var notes, agents []string
	for i, text := range lines {
		o.engine.put(bot.Entry{
			Conversation: fmt.Sprint("c", i), Owner: bot.Identity{Tenant: tenant, User: text + text}, Product: text, Locale: text, Last: text, LastAuthor: bot.AuthorUser,
			Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general", Reason: text, Ticket: text, Epoch: 1, Since: time.Now().Add(time.Duration(i-60) * time.Second)},
		})
		notes, agents = append(notes, text), append(agents, text)
		o.engine.mu.Lock()
		for _, event := range everything(text) {
			o.engine.next(o.engine.cases["c0"], o.engine.cases["c0"].Entry, event)
		}
		o.engine.mu.Unlock()
	}
	s := o.at(chromium, "lin", look{})
	s.reads("list", ".entry-last", lines)
	s.wellMade("list")
	s.tab.Press("j")
	s.See(".log .message")
	s.reads("notes", ".side-note .words", notes)
	s.reads("agents", ".message.agent .words", agents)
	s.reads("links", ".bubble .link .soft", lines)
	s.reads("choices", ".choices li", lines)
	if got := s.Text(".context"); !strings.Contains(got, lines[0]) {
		t.Errorf("context: %s", got)
	}
	s.wellMade("conversation")
	s.Click(".thread-head button")
	s.See(".thread-head .actions")
	s.Fill("#composer", lines[0])
	s.tab.Press("\r")
	s.Until(fmt.Sprintf(`$$(".message.agent:not(.pending) .words").at(-1).textContent === %q`, lines[0]))
	s.Click(".person button")
	s.Fill("#reveal-reason", lines[1])
	s.Click(".ant-modal .ant-btn-primary")
	s.Until(fmt.Sprintf(`$(".account:not(.masked)")?.textContent === %q`, lines[0]+lines[0]))
	s.wellMade("revealed")
}

func hostileNames(t *testing.T, chromium *browsertest.Browser) {
	lines := hostile(t)
	var queues []bot.Queue
	var found []Snippet
	for i, text := range lines {
		queues = append(queues, bot.Queue{ID: fmt.Sprint("q", i), Name: map[string]string{"zh-CN": text, "en": text}})
		found = append(found, Snippet{ID: "cause:" + text, Title: text, Text: text})
	}
	o := open(t, func(options *Options) {
		options.Queues, options.Snippets = queues, func(string, string) []Snippet { return found }
	})
	o.hire("chen", staff.Lead)
	for i, text := range lines {
		o.presence.Heard(Seat{Node: "n2", User: fmt.Sprint("z", i), Name: text, Role: staff.Agent, Status: StatusOnline})
	}
	o.talking("c1", "chen", "x")
	s := o.at(chromium, "chen", look{})
	s.tab.Press("3")
	s.See(".health")
	s.reads("lines", ".health th[scope=row]", append(slices.Clone(lines), "general"))
	s.opens("x")
	s.Fill("#composer", "/alert")
	s.Until(`$$(".canned li").length > 2`)
	s.wellMade("canned")
	s.tab.Press("\x1b")
	s.Fill("#knowledge-search", "x")
	s.reads("snippets", ".snippets strong", lines)
	s.wellMade("snippets")
	s.Click(".thread-head .actions button:nth-child(2)")
	s.Click("#transfer-queue")
	s.Until(fmt.Sprintf(`$(".ant-select-item-option-content")?.textContent === %q`, lines[0]))
	s.wellMade("lines to choose")
	s.tab.Press("\x1b")
	s.Click(".ant-modal .ant-segmented-item:nth-child(2)")
	s.Click(".ant-modal .ant-select")
	s.Until(fmt.Sprintf(`$$(".ant-select-item-option-content").some((e) => e.textContent.startsWith(%q))`, lines[0]))
	s.wellMade("colleagues to choose")
}

// rename calls somebody otherwise.
func (o *office) rename(user, name string) {
	o.t.Helper()
	account, err := o.vault.Account(o.t.Context(), user)
	if err == nil {
		account.Name = name
		err = o.vault.Update(o.t.Context(), account)
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func hostileRecords(t *testing.T, chromium *browsertest.Browser) {
	o := open(t, nil)
	lines := hostile(t)
	o.hire("root", staff.Admin)
	for i, text := range lines {
		o.hire(fmt.Sprintf("u%02d", i), staff.Agent, text)
		o.rename(fmt.Sprintf("u%02d", i), text)
		if err := o.vault.Record(t.Context(), staff.Record{Who: text, Did: text, Conversation: text, Reason: text, From: text}); err != nil {
			t.Fatal(err)
		}
	}
	s := o.at(chromium, "root", look{})
	s.Until(fmt.Sprintf(`$$("tbody tr").length > %d`, len(lines)))
	s.reads("accounts", "tbody tr:not(:first-child) td:nth-child(2)", lines)
	s.reads("queues", "tbody tr:not(:first-child) td:nth-child(4)", lines)
	s.wellMade("accounts")
	s.Click(".topbar .ant-segmented-item:nth-child(2)")
	s.Until(fmt.Sprintf(`$$("tbody tr").length > %d && $(".sheet h2").textContent === "审计记录"`, len(lines)))
	newest := slices.Clone(lines)
	slices.Reverse(newest)
	s.reads("records", "tbody tr:not(:first-child) td:nth-child(4)", newest)
	s.wellMade("records")
}
