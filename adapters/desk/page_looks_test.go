package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot"
	"kaitong/bot/staff"
)

// Everybody can use every part of it, in both languages and themes, at a desk
// and on a phone: axe-core finds nothing, and nothing sticks out. With -shots
// DIR there are pictures to look at.
func TestThePageIsForEverybody(t *testing.T) {
	t.Parallel()
	var cases []pageCase
	// Each language with each theme, and each of them with each width.
	for _, like := range []look{{"zh-CN", "light", 0}, {"en", "dark", 0}, {"zh-CN", "dark", 390}, {"en", "light", 320}} {
		cases = append(cases, pageCase{like.String(), func(t *testing.T, chromium *browsertest.Browser) {
			looksLead(t, chromium, like)
			looksOthers(t, chromium, like)
		}})
	}
	tryPage(t, cases)
}

// fine judges what is shown now.
func (s *sight) fine(like look, where string) {
	s.o.t.Helper()
	s.tab.Shoot(fmt.Sprintf("%s-%s", like, where))
	for _, violation := range s.Axe() {
		s.o.t.Errorf("%s: %v", where, violation)
	}
	if wide := s.Number("document.documentElement.scrollWidth - innerWidth"); wide > 0 {
		s.o.t.Errorf("%s: %v px stick out", where, wide)
	}
}

// lively is an office with everything there is to see.
func lively(t *testing.T) *office {
	o := open(t, func(options *Options) {
		options.Demo = true
		options.Products = productNames
		options.Snippets = func(string, string) []Snippet {
			return []Snippet{
				{ID: "cause:credit.bad_record", Title: "征信有逾期记录", Text: "征信报告里有逾期记录时，会影响评估。"},
				{ID: "fix:repay.on_time", Title: "按时还款", Text: "接下来几个月按时还款，可能有助于下一次评估。"},
			}
		}
	})
	for i, queue := range []string{"general", "care", "general"} {
		reason := []string{"requested", "distress", "complaint"}[i]
		o.engine.put(bot.Entry{
			Conversation: fmt.Sprint("w", i), Owner: bot.Identity{Tenant: tenant, User: fmt.Sprint("somebody-", i)}, Locale: []string{"zh-CN", "en"}[i%2], Product: "jiebei",
			Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: queue, Reason: reason, Priority: i, Urgent: i == 2, Ticket: "T1", Epoch: 1, Since: time.Now().Add(-time.Duration(i) * time.Minute),
				Due: time.Now().Add(time.Duration(2-i) * 40 * time.Second), Late: i % 2},
			Last: strings.Repeat("为什么我的借呗开通不了，我想找人工。", i+1), LastAuthor: bot.AuthorUser, LastAt: time.Now(),
		})
	}
	o.engine.put(bot.Entry{
		Conversation: "t1", Owner: bot.Identity{Tenant: tenant, User: "somebody-at-night"}, Locale: "zh-CN", Product: "jiebei",
		Handoff: bot.Handoff{State: bot.HandoffRequested, Queue: "general", Reason: "requested", Ticket: "T2", Epoch: 1, Since: time.Now().Add(-time.Hour), Due: time.Now().Add(9 * time.Hour)},
		Last:    "明天再说也行", LastAuthor: bot.AuthorUser, LastAt: time.Now(),
	})
	o.talking("mine", "demo-chen", "身份证过期了怎么办")
	o.talking("theirs", "demo-lin", "好的，谢谢")
	o.engine.mu.Lock()
	defer o.engine.mu.Unlock()
	for _, event := range eventful() {
		o.engine.next(o.engine.cases["mine"], o.engine.cases["mine"].Entry, event)
	}
	o.presence.Heard(Seat{Node: "n2", User: "zz", Name: "赵一", Role: staff.Agent, Status: StatusOnline})
	return o
}

// eventful is a conversation in which everything happens that is drawn.
func eventful() []bot.Event {
	chen := bot.Agent{Tenant: tenant, ID: "demo-chen", Name: "陈岚"}
	return []bot.Event{
		bot.Understood{Intent: "fail.unspecified", Confidence: 0.62},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Ineligible}},
		bot.Message{Seq: 2, ID: "b1", Author: bot.AuthorBot, About: &bot.About{Decision: bot.Ineligible, Cause: "credit.bad_record", Reasons: []string{"credit.bad_record"}, Fixes: []string{"repay.on_time"}}, Blocks: []bot.Block{
			{Type: bot.BlockText, Text: "先别着急，我查到了原因。"},
			{Type: bot.BlockFacts, Title: "征信有逾期记录", Source: "cause:credit.bad_record", Items: []bot.Item{{Label: "来源", Text: "征信报告"}, {Label: "更新", Text: "每月一次"}}},
			{Type: bot.BlockSteps, Title: "按时还款", Source: "fix:repay.on_time", At: 1, Of: 3, Items: []bot.Item{{Text: "打开「我的账单」", How: "首页右下角"}, {Text: "还清逾期"}}, Text: "可能有助于下一次评估。"},
			{Type: bot.BlockNotice, Level: "warning", Text: "不要把短信验证码告诉任何人。"},
			{Type: bot.BlockNotice, Level: "care", Text: "我们会陪着你。"},
			{Type: bot.BlockLink, Text: "查看征信", URL: "https://example.com/credit"},
			{Type: bot.BlockChoices, Choices: []bot.Choice{{ID: "agent", Label: "找人工"}, {ID: "more", Label: "还有别的办法吗"}}},
		}},
		bot.FeedbackGiven{ID: "f1", Message: "b1", Vote: "down"},
		bot.StepTaken{Flow: "credit", Step: "1", Fix: "repay.on_time", Outcome: bot.StepFailed},
		bot.Message{Seq: 3, ID: "u2", Author: bot.AuthorUser, Choice: "agent", Blocks: []bot.Block{{Type: bot.BlockText, Text: "找人工"}}},
		bot.HandoffChanged{Seq: 4, State: bot.HandoffQueued, Queue: "general", Reason: "requested", Ticket: "T1"},
		bot.Breached{Queue: "general", Due: time.Now()},
		bot.HandoffChanged{Seq: 5, State: bot.HandoffCancelled, Reason: bot.ReasonExpired},
		bot.HandoffChanged{Seq: 5, State: bot.HandoffActive, Queue: "general", Agent: &chen},
		bot.Alarmed{Reason: bot.ReasonDistress, Priority: 100},
		bot.ProofAttached{Proof: bot.Proof{ID: "p1", Name: "结清证明.pdf", Type: "application/pdf", Size: 1 << 20, SHA256: "9f86d081"}},
		bot.Noted{Agent: chen, Text: "已核对身份。"},
		bot.Disposed{Agent: chen, Cause: "credit.bad_record", Solved: bot.SolvedNo, Note: "下月再看"},
		bot.Message{Seq: 6, ID: "a1", Author: bot.AuthorAgent, By: &chen, Blocks: []bot.Block{{Type: bot.BlockText, Text: "你好，我是陈岚。\n" + strings.Repeat("很长很长", 40) + strings.Repeat("w", 200)}}},
	}
}

// looksLead is everything that somebody sees who leads the others.
func looksLead(t *testing.T, chromium *browsertest.Browser, like look) {
	o := lively(t)
	s := o.sight(chromium, o.http.URL, like)
	t.Cleanup(func() { s.tab.Forgive("/v1/desk/login") })
	s.See(".demo-agent")
	s.fine(like, "1-signin")
	s.Click(".signin-other summary")
	s.enter("lin", "wrong")
	s.See(".signin [role=alert]")
	s.fine(like, "2-signin-wrong")
	s.Click(".demo-agents li:nth-child(3) button")
	s.in()
	s.fine(like, "3-waiting")
	s.Click(".list-tabs .ant-segmented-item:last-child")
	s.See(".health")
	s.fine(like, "4-health")
	s.opens("好的，谢谢")
	s.Click(".thread-head button")
	s.See(".ant-popconfirm")
	s.fine(like, "5-takeover")
	s.tab.Press("\x1b")
	s.Gone(".ant-popconfirm")
	s.pane(1)
	s.Click(".list-tabs .ant-segmented-item:nth-child(2)")
	s.opens("身份证过期了怎么办")
	s.fine(like, "6-conversation")
	s.JS(`$(".log").scrollTop = 0`)
	s.tab.Shoot(like.String() + "-6-conversation-top")
	s.Fill("#composer", "/")
	s.See(".canned li")
	s.fine(like, "7-canned")
	s.tab.Press("\x1b")
	s.Click(".composer-modes .ant-segmented-item:nth-child(2)")
	s.See(".composer.note")
	s.fine(like, "8-note")
	s.looksDialogs(like)
	s.pane(3)
	s.Fill("#knowledge-search", "还款")
	s.See(".snippets li")
	s.fine(like, "13-knowledge")
	s.Click(".topbar .me")
	s.See(".menu")
	s.fine(like, "14-menu")
}

// looksDialogs goes through the windows of a conversation one has.
func (s *sight) looksDialogs(like look) {
	s.o.t.Helper()
	s.Click(".thread-head .actions button:nth-child(2)")
	s.See("#transfer-note")
	s.fine(like, "9-transfer")
	s.shut()
	s.Click(".thread-head .actions button:nth-child(3)")
	s.See("#resolve-note")
	s.fine(like, "10-resolve")
	s.Click("#resolve-cause")
	s.See(".ant-select-item-option")
	s.fine(like, "10-resolve-causes")
	s.tab.Press("\x1b")
	s.shut()
	s.pane(3)
	s.Click(".person button")
	s.See("#reveal-reason")
	s.Click(".ant-modal .ant-btn-primary")
	s.See(".dialog-error")
	s.fine(like, "11-reveal")
	s.shut()
	s.JS(`document.activeElement.blur()`)
	s.tab.Press("?")
	s.See(".keys")
	s.fine(like, "12-keys")
	s.shut()
}

// shut closes the window that is open.
func (s *sight) shut() {
	s.o.t.Helper()
	s.Click(".ant-modal-close")
	s.Gone(".ant-modal")
}

// looksOthers is what only those see who look after others.
func looksOthers(t *testing.T, chromium *browsertest.Browser, like look) {
	o := open(t, nil)
	o.hire("root", staff.Admin)
	o.hire("zhou", staff.Agent, "general", "care")
	s := o.at(chromium, "root", like)
	s.See(".accounts tbody tr")
	s.fine(like, "20-accounts")
	s.Fill("#new-user", "Zhou Ning")
	s.Click(".form button[type=submit]")
	s.Until(`$$(".form .field-error").length === 3`)
	s.fine(like, "20-accounts-wrong")
	s.Click("tr:nth-child(2) td:last-child button")
	s.See(".ant-popconfirm")
	s.fine(like, "20-accounts-disable")
	s.tab.Press("\x1b")
	s.Gone(".ant-popconfirm")
	s.Click(".topbar .ant-segmented-item:nth-child(2)")
	s.See(".table-frame tbody tr:nth-child(1)")
	s.fine(like, "21-audit")
	s.Click(".topbar .me")
	s.Click(".menu button:nth-last-child(2)")
	s.See("#password-old")
	s.fine(like, "22-password")
}
