package bot_test

import (
	"context"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// An appeal that is sent off has one number, whoever follows it, and nothing
// beside it that looks as if it took it back.
func TestAnAppealHasOneNumber(t *testing.T) {
	t.Parallel()
	for _, roster := range []there{{}, {"*": 1}} {
		k, _, reference := submitted(t, func(o *bot.Options) { o.Roster = roster })
		told := k.last
		if text := words(told); !strings.Contains(text, reference) || !strings.Contains(text, "会有同事按这个编号跟进") || strings.Contains(text, "人工请求") {
			t.Errorf("told %q", text)
		}
		status := k.say("我的申诉到哪了")
		for _, said := range []bot.Message{told, status} {
			if offers(said, "cancel_agent") || !offers(said, "agent") {
				t.Errorf("offered %v", choices(said))
			}
		}
		if text := words(k.tap("agent")); !strings.Contains(text, reference) {
			t.Errorf("asked for beside it: %q", text)
		}
		if e, _ := k.engine.Board().Get(k.conv); !e.Waiting() || e.Ticket != reference || e.Queue != "appeals" {
			t.Errorf("the colleague sees %+v", e.Handoff)
		}
	}
}

// Who appeals again against what they have appealed against hears how the first
// one stands, in the same conversation and in others; a human is in reach. What
// the institution did not take, another decision and other people are no
// hindrance.
func TestASecondAppeal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, conv, user string
		codes            []string
		refused, again   bool
	}{
		{"in the same conversation", "c_1", "u1", []string{"OVERDUE_RECORD"}, false, false},
		{"in another", "c_2", "u1", []string{"OVERDUE_RECORD"}, false, false},
		{"against another decision", "c_2", "u1", []string{"ID_EXPIRED"}, false, true},
		{"after it was refused", "c_2", "u1", []string{"OVERDUE_RECORD"}, true, true},
		{"of somebody else", "c_2", "u2", []string{"OVERDUE_RECORD"}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lookup := func(o *bot.Options) {
				o.Appeals = func(context.Context, bot.Identity) ([]string, error) { return []string{"c_1"}, nil }
			}
			k, log, reference := submitted(t, lookup)
			if c.refused {
				if err := k.engine.RefuseAppeal(t.Context(), k.conv, reference, bot.RefusedTechnical); err != nil {
					t.Fatal(err)
				}
			}
			k.engine = newEngine(t, log, appealable(c.codes...), lookup)
			k.conv, k.who.User = c.conv, c.user
			k.n += 100
			k.say("为什么我的借呗开通不了")
			for _, again := range []func() bot.Message{func() bot.Message { return k.tap("intent:appeal") }, func() bot.Message { return k.say("我要申诉") }} {
				told := again()
				if c.again {
					if told.About.Appeal != bot.AppealExplain {
						t.Fatalf("instead of the form: %q", words(told))
					}
					return
				}
				if text := words(told); !strings.Contains(text, reference) || !strings.Contains(text, "申诉一次就够了") || kindsOf([]bot.Turn{k.turn})["appeal_started"] != 0 {
					t.Fatalf("told %q", text)
				}
				if !offers(told, "agent") || offers(told, "cancel_agent") {
					t.Errorf("offered %v", choices(told))
				}
				k.last = bot.Message{}
				k.say("为什么我的借呗开通不了")
			}
		})
	}
}

// Two forms that were open at once are not both sent off.
func TestOnlyOneOfTwoFormsIsSent(t *testing.T) {
	t.Parallel()
	var names []string
	log := bottest.NewEventLog()
	k := newTalk(t, appealable("OVERDUE_RECORD"))
	k.engine = newEngine(t, log, appealable("OVERDUE_RECORD"), func(o *bot.Options) {
		o.Appeals = func(context.Context, bot.Identity) ([]string, error) { return names, nil }
	})
	last := map[string]bot.Message{}
	for _, k.conv = range []string{"c_1", "c_2"} {
		k.say("为什么我的借呗开通不了")
		k.tap("intent:appeal")
		k.say("那笔账单去年就还清了")
		last[k.conv] = k.tap("appeal.next")
	}
	names = []string{"c_2", "c_1"}
	k.conv, k.last = "c_1", last["c_1"]
	first := k.tap("appeal.submit")
	k.conv, k.last = "c_2", last["c_2"]
	if text := words(k.tap("appeal.submit")); kindsOf([]bot.Turn{k.turn})["appeal_submitted"] != 0 || !strings.Contains(text, "申诉一次就够了") {
		t.Errorf("after %q: %q", words(first), text)
	}
}
