package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// submitted is a talk in which an appeal with a document was sent off.
func submitted(t *testing.T, with ...func(*bot.Options)) (*talk, *bottest.EventLog, string) {
	t.Helper()
	log := bottest.NewEventLog()
	k := newTalk(t, appealable("OVERDUE_RECORD"))
	k.engine = newEngine(t, log, appealable("OVERDUE_RECORD"), with...)
	k.say("为什么我的借呗开通不了")
	k.tap("intent:appeal")
	k.say("那笔账单去年就还清了")
	received, err := k.attach(proof(1))
	if err != nil {
		t.Fatal(err)
	}
	k.last = lastSaid(t, []bot.Turn{received.Turn})
	k.tap("appeal.next")
	k.tap("appeal.submit")
	sent, pending, err := k.engine.PendingAppeal(t.Context(), k.conv)
	if err != nil || !pending {
		t.Fatalf("pending %v, %v", pending, err)
	}
	return k, log, sent.Reference
}

// turns are all of a conversation.
func turnsOf(t *testing.T, log bot.EventLog, conversation string) []bot.Turn {
	t.Helper()
	turns, err := log.Load(t.Context(), conversation, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return turns
}

// lastSaid is the last message of the bot.
func lastSaid(t *testing.T, turns []bot.Turn) bot.Message {
	t.Helper()
	var last bot.Message
	for _, turn := range turns {
		for _, event := range turn.Events {
			if m, ok := event.(bot.Message); ok && m.Author == bot.AuthorBot {
				last = m
			}
		}
	}
	return last
}

func isOffered(m bot.Message, choice string) bool {
	return slices.ContainsFunc(m.Blocks, func(b bot.Block) bool {
		return slices.ContainsFunc(b.Choices, func(c bot.Choice) bool { return c.ID == choice })
	})
}

// What an institution will not take is told once, in words of the pack, and a
// human is in reach. Only what could not be processed may be filled in again.
func TestAppealIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		class bot.RefusalClass
		words string
		again bool
	}{
		{bot.RefusedTechnical, "不是你填错了", true},
		{bot.RefusedLate, "期限已经过了", false},
		{bot.RefusedFinal, "不接受复核", false},
		{"a word of the service", "不是你填错了", true},
	} {
		t.Run(string(test.class), func(t *testing.T) {
			t.Parallel()
			k, log, reference := submitted(t)
			for range 2 { // whoever is second changes nothing
				if err := k.engine.RefuseAppeal(t.Context(), k.conv, reference, test.class); err != nil {
					t.Fatal(err)
				}
			}
			turns := turnsOf(t, log, k.conv)
			if n := kindsOf(turns)["appeal_refused"]; n != 1 {
				t.Errorf("refused %d times", n)
			}
			if text := fmt.Sprint(turns); strings.Contains(text, "a word of the service") {
				t.Error("the words of the service are stored")
			}
			told := lastSaid(t, turns)
			if text := fmt.Sprint(told.Blocks); !strings.Contains(text, test.words) || !strings.Contains(text, reference) || isOffered(told, "appeal.start") != test.again {
				t.Errorf("told %s", text)
			}
			if !bot.FromDesk(turns[len(turns)-1]) {
				t.Error("the person's sockets would not hear of it")
			}
			if _, pending, err := k.engine.PendingAppeal(t.Context(), k.conv); pending || err != nil {
				t.Errorf("still tried: %v, %v", pending, err)
			}
			status := k.say("我的申诉到哪了")
			if text := fmt.Sprint(status.Blocks); !strings.Contains(text, test.words) || !strings.Contains(text, reference) || !strings.Contains(text, "2026年11月23日") {
				t.Errorf("the status: %s", text)
			}
			k.locale = "en"
			if text := fmt.Sprint(k.say("where is my appeal").Blocks); !strings.Contains(text, "did not take it") {
				t.Errorf("the status in English: %s", text)
			}
			if isOffered(k.last, "appeal.start") != test.again {
				t.Fatalf("offered again: %v", !test.again)
			}
			if !test.again {
				return
			}
			if form := k.tap("appeal.start"); form.About.Appeal != bot.AppealExplain {
				t.Errorf("instead of the form: %+v", form)
			}
		})
	}
}

// A refusal finds the person in line, or puts them there, but never against
// their word, nor into the words of an agent.
func TestRefusedAppealReachesAHuman(t *testing.T) {
	t.Parallel()
	lin := bot.Agent{Tenant: "default", ID: "lin", Name: "林晓"}
	claim := func(k *talk) {
		if _, err := k.engine.Attend(k.t.Context(), bot.DeskAct{Conversation: k.conv, ID: "d1", Kind: bot.DeskClaim, Agent: lin}); err != nil {
			k.t.Fatal(err)
		}
	}
	resolve := func(k *talk) {
		claim(k)
		entry, _ := k.engine.Board().Get(k.conv)
		if _, err := k.engine.Attend(k.t.Context(), bot.DeskAct{Conversation: k.conv, ID: "d2", Kind: bot.DeskResolve, Agent: lin, Epoch: entry.Epoch, Disposition: bot.Disposition{Solved: bot.SolvedYes}}); err != nil {
			k.t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name   string
		before func(*talk)
		state  bot.HandoffState
		told   bool
	}{
		{"who waits", func(*talk) {}, bot.HandoffRequested, true},
		{"who was helped", resolve, bot.HandoffRequested, true},
		{"who wants none", func(k *talk) { k.say("不用人工了") }, bot.HandoffCancelled, true},
		{"who talks with one", claim, bot.HandoffActive, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k, log, reference := submitted(t)
			test.before(k)
			if err := k.engine.RefuseAppeal(t.Context(), k.conv, reference, bot.RefusedTechnical); err != nil {
				t.Fatal(err)
			}
			turns := turnsOf(t, log, k.conv)
			conv, err := bot.Replay(k.conv, turns)
			if err != nil {
				t.Fatal(err)
			}
			if h := conv.Handoff; h.State != test.state || h.Waiting() && h.Queue != "appeals" {
				t.Errorf("hand-off %+v", h)
			}
			last := turns[len(turns)-1]
			if told := kindsOf([]bot.Turn{last})["message"] > 0; told != test.told {
				t.Errorf("told: %v", told)
			}
			if test.state == bot.HandoffCancelled && !isOffered(lastSaid(t, turns), "agent") {
				t.Errorf("no human is offered: %+v", lastSaid(t, turns))
			}
			found, err := k.engine.Case(t.Context(), "default", k.conv, "zh-CN")
			if lines := fmt.Sprint(found.Brief.Lines("zh-CN")); err != nil || !strings.Contains(lines, "申诉没有被机构受理："+reference) {
				t.Errorf("the agent reads %s, %v", lines, err)
			}
		})
	}
}

// Who waits elsewhere and sends an appeal off goes to the line for appeals,
// unless they would be worse off there. What was promised stays promised.
func TestAppealMovesToItsLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		roster there
		before string
		queue  string
	}{
		{"with agents for both", there{"*": 2}, "人工", "appeals"},
		{"with a ticket for both", there{}, "人工", "appeals"},
		{"with nobody for appeals", there{"general": 1}, "人工", "general"},
		{"somebody in distress", there{"*": 2}, "我不想活了", "care"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(t, appealable("OVERDUE_RECORD"))
			log := bottest.NewEventLog()
			k.engine = newEngine(t, log, appealable("OVERDUE_RECORD"), func(o *bot.Options) { o.Roster = test.roster })
			k.say("为什么我的借呗开通不了")
			refusal := k.last
			k.say(test.before)
			before, _ := k.engine.Board().Get(k.conv)
			k.last = refusal
			k.tap("intent:appeal")
			k.say("那笔账单去年就还清了")
			k.tap("appeal.next")
			k.tap("appeal.submit")
			after, _ := k.engine.Board().Get(k.conv)
			if after.Queue != test.queue || after.State != before.State || after.Ticket != before.Ticket || !after.Since.Equal(before.Since) {
				t.Errorf("before %+v\nafter %+v", before, after)
			}
			if moved := before.Queue != after.Queue; moved != (after.Epoch == before.Epoch+1) || !moved && after.Epoch != before.Epoch {
				t.Errorf("epoch %d, then %d", before.Epoch, after.Epoch)
			}
			if !before.Due.IsZero() && after.Due.After(before.Due) {
				t.Errorf("promised for %v, then for %v", before.Due, after.Due)
			}
		})
	}
}

// How an appeal stands is told before it is sent, and from other conversations
// of the same person, but of nobody else.
func TestAppealStatusElsewhere(t *testing.T) {
	t.Parallel()
	var names []string
	var trouble error
	lookup := func(o *bot.Options) {
		o.Appeals = func(_ context.Context, who bot.Identity) ([]string, error) {
			if who.User != "u1" && who.User != "u2" {
				return nil, nil
			}
			return names, trouble
		}
	}
	log := bottest.NewEventLog()
	k := newTalk(t, appealable("OVERDUE_RECORD"))
	k.engine = newEngine(t, log, appealable("OVERDUE_RECORD"), lookup)
	in := func(conversation, user string) {
		k.conv, k.who.User = conversation, user
	}
	k.say("为什么我的借呗开通不了")
	k.tap("intent:appeal")
	names = []string{"c_1"}
	if status := k.say("我的申诉到哪了"); !strings.Contains(status.Blocks[0].Text, "还没有提交") || !isOffered(status, "appeal.resume") {
		t.Errorf("while it is filled in: %+v", status)
	}
	in("c_2", "u1")
	if status := k.say("我的申诉到哪了"); !strings.Contains(status.Blocks[0].Text, "另一次对话里填过申诉") || isOffered(status, "appeal.resume") {
		t.Errorf("not sent, from elsewhere: %+v", status)
	}
	in("c_1", "u1")
	k.say("继续")
	k.say("那笔账单去年就还清了")
	k.tap("appeal.next")
	k.tap("appeal.submit")
	sent, _, err := k.engine.PendingAppeal(t.Context(), "c_1")
	if err != nil {
		t.Fatal(err)
	}
	in("c_3", "u1")
	for locale, question := range map[string]string{"zh-CN": "申诉进度", "en": "What is the status of my appeal?"} {
		k.locale = locale
		if status := k.say(question); !strings.Contains(status.Blocks[0].Text, sent.Reference) || isOffered(status, "appeal.start") {
			t.Errorf("%s: %+v", question, status)
		}
	}
	k.locale = "zh-CN"
	names = []string{"c_3", "c_1"}
	in("c_4", "u2") // the lookup is wrong: the owner counts
	if status := k.say("我的申诉到哪了"); strings.Contains(fmt.Sprint(status.Blocks), sent.Reference) {
		t.Errorf("somebody else is told: %+v", status)
	}
	in("c_5", "u1")
	trouble = errors.New("away")
	names = nil
	if status := k.say("我的申诉到哪了"); len(status.Blocks) == 0 || strings.Contains(fmt.Sprint(status.Blocks), sent.Reference) {
		t.Errorf("while nothing is known: %+v", status)
	}
}

// Nobody sends off less than they saw: whose documents went meanwhile sees the
// form once more.
func TestDroppedProofsAreSeenToBeGone(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	k.say("那笔账单去年就还清了")
	received, err := k.attach(proof(1))
	if err != nil {
		t.Fatal(err)
	}
	k.last = lastSaid(t, []bot.Turn{received.Turn})
	k.tap("appeal.next")
	if _, err := k.engine.ReleaseProofs(t.Context(), k.conv, []string{"p1"}); err != nil {
		t.Fatal(err)
	}
	again := k.tap("appeal.submit")
	if _, pending, err := k.engine.PendingAppeal(t.Context(), k.conv); pending || err != nil || !isOffered(again, "appeal.submit") {
		t.Fatalf("sent off: %v, %v; %+v", pending, err, again)
	}
	k.tap("appeal.submit")
	if sent, pending, err := k.engine.PendingAppeal(t.Context(), k.conv); !pending || err != nil || len(sent.Appeal.Proofs) != 0 {
		t.Errorf("sent off: %v, %v, with %+v", pending, err, sent.Appeal.Proofs)
	}
}

// A document is free when no appeal that was sent off holds it; an open form
// loses it first, and the person is told.
func TestReleaseProofs(t *testing.T) {
	t.Parallel()
	k, log, _ := submitted(t)
	free, err := k.engine.ReleaseProofs(t.Context(), k.conv, []string{"p1", "stray"})
	if err != nil || !slices.Equal(free, []string{"stray"}) {
		t.Errorf("of an appeal that was sent: %v, %v", free, err)
	}
	if n := kindsOf(turnsOf(t, log, k.conv))["proof_dropped"]; n != 0 {
		t.Errorf("%d documents dropped", n)
	}
	k, log = appealing(t)
	for n := range 2 {
		if _, err := k.attach(proof(n)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // a crash in between: asked again
		if free, err = k.engine.ReleaseProofs(t.Context(), k.conv, []string{"p0"}); err != nil || !slices.Equal(free, []string{"p0"}) {
			t.Errorf("of a form: %v, %v", free, err)
		}
	}
	turns := turnsOf(t, log, k.conv)
	if n := kindsOf(turns)["proof_dropped"]; n != 1 || !strings.Contains(fmt.Sprint(lastSaid(t, turns).Blocks), "1 份材料") {
		t.Errorf("dropped %d times, told %+v", n, lastSaid(t, turns))
	}
	k.tap("appeal.next")
	k.tap("appeal.submit")
	sent, _, err := k.engine.PendingAppeal(t.Context(), k.conv)
	if err != nil || len(sent.Appeal.Proofs) != 1 || sent.Appeal.Proofs[0].ID != "p1" {
		t.Errorf("sent off with %+v, %v", sent.Appeal.Proofs, err)
	}
	if free, err = k.engine.ReleaseProofs(t.Context(), "c_gone", []string{"p9"}); !errors.Is(err, bot.ErrNotFound) || len(free) != 0 {
		t.Errorf("of no conversation: %v, %v", free, err)
	}
}
