package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// Whom the bot calls unasked, where somebody is there, in both languages. "~"
// before what is said taps a choice instead.
func TestCallsAHuman(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		locale string
		says   []string
		reason string // "" for nobody
		words  string // of the answer that says so
	}{
		{"did not help twice", "zh-CN", []string{"身份认证没通过，借呗开不了", "~not_resolved", "没用"}, "failed_turns", "取消转人工"},
		{"did not help twice", "en", []string{"why can't I open Jiebei", "~not_resolved", "that didn't help"}, "failed_turns", "Cancel the request"},
		{"did not help once", "zh-CN", []string{"身份认证没通过，借呗开不了", "~not_resolved"}, "", ""},
		{"did not help once", "en", []string{"why can't I open Jiebei", "that didn't help"}, "", ""},
		{"helped in between", "zh-CN", []string{"身份认证没通过，借呗开不了", "~not_resolved", "怎么开通借呗", "没用"}, "", ""},
		{"asked back, and still unclear", "zh-CN", []string{"这个东西弄了半天", "这个东西弄了半天"}, "failed_turns", "排在第 1 位"},
		{"unclear twice", "en", []string{"it does the thing again", "it does the thing again"}, "failed_turns", "number K"},
		{"the weather and jokes", "zh-CN", []string{"今天天气怎么样", "给我讲个笑话", "帮我推荐一只股票", "世界杯谁赢了"}, "", ""},
		{"the weather and jokes", "en", []string{"what's the weather like", "tell me a joke", "recommend a stock", "who won the world cup"}, "", ""},
		{"keys at random", "zh-CN", []string{"啊吧啊吧嘟嘟", "asdfgh qwerty", "zxcvb uiop"}, "", ""},
		{"the weather between failures", "zh-CN", []string{"身份认证没通过，借呗开不了", "~not_resolved", "今天天气怎么样", "没用"}, "failed_turns", "排在第 1 位"},
		{"insulted three times", "zh-CN", []string{"傻逼", "滚", "废物"}, "abuse", "着急"},
		{"insulted three times", "en", []string{"you are useless", "idiot", "fuck you"}, "abuse", "upset"},
		{"insulted now and then", "zh-CN", []string{"傻逼", "为什么我的借呗开通不了", "滚", "怎么开通借呗", "废物"}, "abuse", "排在第 1 位"},
		{"insulted twice", "zh-CN", []string{"傻逼", "滚"}, "", ""},
		{"insulted twice", "en", []string{"idiot", "fuck you"}, "", ""},
		{"in despair", "zh-CN", []string{"我不想活了"}, "distress", "12356"},
		{"in despair", "en", []string{"I want to kill myself"}, "distress", "12356"},
		{"complains", "zh-CN", []string{"我要投诉你们"}, "appeal", "编号"},
		{"complains", "en", []string{"I want to file a complaint"}, "appeal", "number K"},
		{"asks for a review", "zh-CN", []string{"我要申诉，人工复核"}, "appeal", "编号"},
		{"asks for a review", "en", []string{"I want to appeal"}, "appeal", "number K"},
	} {
		t.Run(c.name+" "+c.locale, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, there{"*": 1})
			d.locale = c.locale
			last := d.sayAll(c.says)
			entry := d.entry()
			if called := entry.State == bot.HandoffQueued; entry.Reason != c.reason || called != (c.reason != "") {
				t.Fatalf("%s %q; the bot said %q", entry.State, entry.Reason, words(last))
			}
			if c.reason == "" {
				return
			}
			if !strings.Contains(words(last), c.words) || !offers(last, "cancel_agent") {
				t.Errorf("told %q, offered %v", words(last), choices(last))
			}
			if urgent := c.reason == "distress"; entry.Urgent != urgent {
				t.Errorf("urgent: %v", entry.Urgent)
			}
		})
	}
}

func (d *desk) sayAll(says []string) (last bot.Message) {
	for _, text := range says {
		if choice, tapped := strings.CutPrefix(text, "~"); tapped {
			last = d.tap(choice)
		} else {
			last = d.say(text)
		}
	}
	return last
}

func offers(m bot.Message, choice string) bool { return slices.Contains(choices(m), choice) }

// Where nobody is there nothing is opened that nobody asked for; a human is
// offered, and called once one is there.
func TestCallsNobodyWhereNobodyIs(t *testing.T) {
	t.Parallel()
	for _, says := range [][]string{
		{"身份认证没通过，借呗开不了", "~not_resolved", "没用", "还是没用"},
		{"傻逼", "滚", "废物", "垃圾"},
	} {
		roster := there{"*": 0}
		d := newDesk(t, roster)
		last := d.sayAll(says)
		if _, open := d.engine.Board().Get(d.conv); open || !offers(last, "agent") {
			t.Errorf("%v: on the board: %v, offered %v", says, open, choices(last))
		}
		roster["*"] = 1
		d.say(says[len(says)-1])
		if d.entry().State != bot.HandoffQueued {
			t.Errorf("%v: somebody is there now, and it is %q", says, d.entry().State)
		}
	}
}

// A flow of which every step was tried in vain ends with a human.
func TestCallsAHumanAtTheEndOfAFlow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Ineligible, "NETWORK_PROXY"), func(o *bot.Options) {
		o.Roster, o.Now = there{"*": 1}, func() time.Time { return d.now }
	})
	d.say("借呗说网络异常")
	last := d.tap("flow:network")
	for range 12 {
		if !offers(last, "step.failed") {
			break
		}
		last = d.tap("step.failed")
	}
	if e := d.entry(); e.State != bot.HandoffQueued || e.Reason != bot.ReasonFailed {
		t.Errorf("%s %q after %q", e.State, e.Reason, words(last))
	}
}

// Whoever sends a called human away goes on with the bot, and is not sent
// another one unasked; asking and despair bring one all the same.
func TestSendsACalledHumanAway(t *testing.T) {
	t.Parallel()
	for _, leave := range []func(*desk){
		func(d *desk) { d.tap("cancel_agent") },
		func(d *desk) {
			if _, err := d.handle(bot.Say{Handoff: bot.HandoffCancel}); err != nil {
				d.t.Fatal(err)
			}
		},
		func(d *desk) { d.say("不用人工了") },
	} {
		d := newDesk(t, there{"*": 1})
		d.sayAll([]string{"身份认证没通过，借呗开不了", "~not_resolved", "没用"})
		leave(d)
		if e := d.entry(); e.State != "" {
			t.Fatalf("still %s", e.State)
		}
		d.sayAll([]string{"身份认证没通过，借呗开不了", "~not_resolved", "没用", "还是没用", "傻逼", "滚", "废物"})
		if e := d.entry(); e.State != "" {
			t.Errorf("sent another one: %s %s", e.State, e.Reason)
		}
		if d.say("我不想活了"); !d.entry().Urgent || d.entry().Reason != bot.ReasonDistress {
			t.Errorf("in despair: %+v", d.entry().Handoff)
		}
	}
}

// Who was helped by a human begins anew: the counts are of the bot's own turns.
func TestCountsBeginAnewAfterAHuman(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.sayAll([]string{"身份认证没通过，借呗开不了", "~not_resolved", "没用"})
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	d.must(bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: d.entry().Epoch, Disposition: bot.Disposition{Solved: bot.SolvedNo}})
	d.say("没用")
	if e := d.entry(); e.State != "" {
		t.Errorf("called after one failed turn: %s", e.State)
	}
	if d.say("还是没用"); d.entry().Reason != bot.ReasonFailed {
		t.Errorf("not called after two: %+v", d.entry())
	}
}

// A line for abuse may come last.
func TestAbuseMayWait(t *testing.T) {
	t.Parallel()
	routing := bot.Routing{Queues: []bot.Queue{
		{ID: "patience", Reasons: []string{bot.ReasonAbuse}, Priority: -10, Answer: time.Minute}, {ID: "general", Answer: time.Minute},
	}}
	d := newDesk(t, there{"*": 1})
	d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible), func(o *bot.Options) { o.Roster, o.Routing = there{"*": 1}, routing })
	d.sayAll([]string{"傻逼", "滚", "废物"})
	if e := d.entry(); e.Queue != "patience" || e.Priority != -10 {
		t.Errorf("waits in %q at %d", e.Queue, e.Priority)
	}
}

// Words of distress reach the agent and the leads while the bot is silent.
func TestDistressWhileAnAgentIsThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ locale, ask, distress, calm string }{
		{"zh-CN", "人工", "我不想活了", "好的，谢谢"}, {"en", "agent please", "I want to kill myself", "ok, thanks"},
	} {
		d := newDesk(t, there{"*": 1})
		d.locale = c.locale
		d.say(c.ask)
		d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
		var told []bot.Entry
		stop := d.engine.Board().Watch(func(e bot.Entry) { told = append(told, e) })
		defer stop()
		before := d.entry()
		d.quiet(c.calm)
		if d.entry().Urgent {
			t.Errorf("%s: %q is urgent", c.locale, c.calm)
		}
		turn := d.quiet(c.distress)
		e := d.entry()
		if !e.Urgent || e.Priority != 100 || e.Epoch != before.Epoch || e.Agent.ID != "lin" || kinds(turn) != "message understood alarmed" {
			t.Errorf("%s: %+v after %s", c.locale, e.Handoff, kinds(turn))
		}
		if last := told[len(told)-1]; !last.Urgent {
			t.Errorf("%s: the desks were shown %+v", c.locale, last)
		}
		if again := d.quiet(c.distress); kinds(again) != "message understood" {
			t.Errorf("%s: once more: %s", c.locale, kinds(again))
		}
		d.must(bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: before.Epoch, Text: "我在"})
		d.must(bot.DeskAct{Kind: bot.DeskTransfer, Agent: agent("lin"), Epoch: before.Epoch, Queue: "general"})
		if e := d.entry(); !e.Urgent || e.Priority != 100 {
			t.Errorf("%s: passed on as %+v", c.locale, e.Handoff)
		}
		d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("chen")})
		d.must(bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("chen"), Epoch: d.entry().Epoch, Disposition: bot.Disposition{Solved: bot.SolvedYes}})
		if d.say(c.ask); d.entry().Urgent || d.entry().Priority != 0 {
			t.Errorf("%s: another day: %+v", c.locale, d.entry().Handoff)
		}
	}
}

// quiet says something that the bot does not answer.
func (d *desk) quiet(text string) bot.Turn {
	d.t.Helper()
	receipt, err := d.handle(bot.Say{Text: text})
	if err != nil || authors(receipt.Turn) != "user" {
		d.t.Fatalf("%q: %v, %s", text, err, authors(receipt.Turn))
	}
	return receipt.Turn
}

func kinds(turn bot.Turn) string {
	var list []string
	for _, event := range turn.Events {
		list = append(list, event.Kind())
	}
	return strings.Join(list, " ")
}
