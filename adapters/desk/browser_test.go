package desk

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
	"kaitong/bot/staff"
)

var shots = flag.String("shots", "", "folder to write screenshots of the desk to")

// pageCase is one thing tried in tabs of its own.
type pageCase struct {
	name string
	try  func(*testing.T, *browsertest.Browser)
}

// tryPage tries cases in one Chromium, some at the same time.
func tryPage(t *testing.T, cases []pageCase) {
	t.Helper()
	chromium := browsertest.Start(t, *shots)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.try(t, chromium)
		})
	}
}

// look is how somebody likes the page.
type look struct {
	locale, theme string
	width         int64 // of a phone; 0: a window on a desk
}

func (l look) String() string { return fmt.Sprintf("%s-%s-%d", l.locale, l.theme, l.width) }

// sight is a tab on the desk of an office.
type sight struct {
	*browsertest.Place
	tab *browsertest.Tab
	o   *office
}

// sight opens the page as nobody yet. The page asks who is signed in and whether
// there is a demo; that nobody is and that there is none the browser reports.
func (o *office) sight(chromium *browsertest.Browser, address string, like look) *sight {
	o.t.Helper()
	tab := chromium.Blank(o.t)
	o.t.Cleanup(func() {
		tab.Forgive("401 (Unauthorized) "+address+"/v1/desk/me", "404 (Not Found) "+address+"/v1/desk/demo")
	})
	tab.LessMotion()
	if like.theme != "" {
		tab.Theme(like.theme)
	}
	if like.width > 0 {
		tab.Phone(like.width)
	}
	tab.Visit(address + "/desk")
	s := &sight{Place: tab.Document(), tab: tab, o: o}
	s.See(".signin")
	if like.locale == "en" {
		s.ClickOn("button", "English")
		s.Until(`document.documentElement.lang === "en"`)
	}
	return s
}

// enter signs somebody in who has an account.
func (s *sight) enter(user, secret string) {
	s.o.t.Helper()
	s.Until(`$("#user") && !$(".ant-btn-loading")`)
	s.JS(`$("#user").select()`)
	s.Fill("#user", user)
	s.JS(`$("#password").select()`)
	s.Fill("#password", secret)
	s.Click(".signin-form button[type=submit]")
}

// at opens the page as somebody who has an account.
func (o *office) at(chromium *browsertest.Browser, user string, like look) *sight {
	o.t.Helper()
	s := o.sight(chromium, o.http.URL, like)
	s.enter(user, password)
	s.in()
	return s
}

// in waits until the desk is there, and connected where there is something to
// connect to.
func (s *sight) in() {
	s.o.t.Helper()
	s.Until(`$(".topbar") && (!$(".line-mark") || $(".line-mark.online"))`)
}

// opens opens a conversation of the list that is shown.
func (s *sight) opens(words string) {
	s.o.t.Helper()
	s.ClickOn(".entry", words)
	s.Until(`$(".log")`)
}

// pane turns to what a narrow page does not show beside the rest.
func (s *sight) pane(n int) {
	s.o.t.Helper()
	if s.Number("innerWidth") <= 860 {
		s.Click(fmt.Sprintf(".pane-tabs .ant-segmented-item:nth-child(%d)", n))
	}
}

// owner is who has a conversation.
func (o *office) owner(conversation string) string {
	entry, _ := o.engine.board.Get(conversation)
	return entry.Agent.ID
}

// talking puts a conversation that an agent has already.
func (o *office) talking(conversation, agent, last string) {
	o.engine.put(bot.Entry{
		Conversation: conversation, Owner: bot.Identity{Tenant: tenant, User: "user-of-" + conversation}, Locale: "zh-CN", Product: "jiebei",
		Handoff: bot.Handoff{State: bot.HandoffActive, Queue: "general", Reason: "requested", Ticket: "T1", Epoch: 2, Since: time.Now(),
			Agent: bot.Agent{Tenant: tenant, ID: agent, Name: "林 " + agent}},
		Last: last, LastAuthor: bot.AuthorUser, LastAt: time.Now(), Unanswered: true,
	})
}

// The page comes up under its policy, somebody gets in, takes who waits and
// answers: short mode has this, too.
func TestThePageComesUp(t *testing.T) {
	t.Parallel()
	chromium := browsertest.StartInShort(t, *shots)
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.engine.wait("c1", "general")
	s := o.at(chromium, "lin", look{})
	s.opens("<b>人工</b>")
	s.ClickOn(".thread-head button", "接入")
	s.See(".thread-head .actions")
	s.Fill("#composer", "你好")
	s.tab.Press("\r")
	s.Until(`$$(".message.agent:not(.pending)").at(-1)?.innerText.includes("你好")`)
	if o.owner("c1") != "lin" {
		t.Errorf("%q has it", o.owner("c1"))
	}
}
