package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func decidedAt() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }

func appealable(codes ...string) check {
	return func(request bot.CheckRequest) (bot.Verdict, error) {
		v, err := verdict(bot.Ineligible, codes...)(request)
		v.Appealable, v.CheckedAt = true, decidedAt()
		return v, err
	}
}

// appealing is a talk in which the form is open and asks for proofs.
func appealing(t *testing.T) (*talk, *bottest.EventLog) {
	t.Helper()
	log := bottest.NewEventLog()
	k := newTalk(t, appealable("OVERDUE_RECORD"))
	k.engine = newEngine(t, log, appealable("OVERDUE_RECORD"))
	k.say("为什么我的借呗开通不了")
	k.tap("intent:appeal")
	k.say("那笔账单去年就还清了")
	return k, log
}

func proof(n int) bot.Proof {
	return bot.Proof{ID: fmt.Sprintf("p%d", n), Name: fmt.Sprintf("证明%d.pdf", n), Type: "application/pdf", Size: 10, SHA256: fmt.Sprintf("hash-%d", n)}
}

func (k *talk) attach(p bot.Proof) (bot.Receipt, error) {
	return k.engine.AttachProof(k.t.Context(), k.who, k.conv, p)
}

// Sizes are said as people say them.
func TestSizesOfDocuments(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	var said []string
	for n, size := range []int64{1023, 1024, 51_250, 1000 << 10, 10 << 20} {
		one := proof(n)
		one.Size = size
		receipt, err := k.attach(one)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, formOf(receipt.Turn.Events[len(receipt.Turn.Events)-1].(bot.Message))[n].Value)
	}
	if got := strings.Join(said, ", "); got != "1023 B, 1.0 KB, 50.0 KB, 1.0 MB, 10.0 MB" {
		t.Error(got)
	}
}

// formOf are the fields that an answer shows.
func formOf(answer bot.Message) []bot.Field {
	for _, block := range answer.Blocks {
		if block.Type == bot.BlockForm {
			return block.Fields
		}
	}
	return nil
}

func kindsOf(turns []bot.Turn) map[string]int {
	kinds := map[string]int{}
	for _, turn := range turns {
		for _, event := range turn.Events {
			kinds[event.Kind()]++
		}
	}
	return kinds
}

// A document arrives between two messages: it is said, and what was asked is
// asked again. What is sent off in the end is all that was said and shown.
func TestAppealWithProofs(t *testing.T) {
	t.Parallel()
	k, log := appealing(t)
	receipt, err := k.attach(proof(1))
	if err != nil {
		t.Fatal(err)
	}
	answer := receipt.Turn.Events[len(receipt.Turn.Events)-1].(bot.Message)
	if words := answer.Blocks[0].Text; !strings.Contains(words, "证明1.pdf") || answer.About.Appeal != bot.AppealProofs {
		t.Errorf("told %q, asked for %q", words, answer.About.Appeal)
	}
	if fields := formOf(answer); len(fields) != 2 || fields[0] != (bot.Field{ID: "p1", Label: "证明1.pdf", Kind: bot.FieldDocument, Value: "10 B"}) || fields[1].Kind != bot.FieldFile {
		t.Errorf("the form: %+v", fields)
	}
	if !bot.FromDesk(receipt.Turn) {
		t.Error("the person's sockets would not hear of it")
	}
	k.last = answer
	summary := k.tap("appeal.next")
	if text := fmt.Sprint(summary.Blocks); !strings.Contains(text, "证明1.pdf") || !strings.Contains(text, "那笔账单去年就还清了") {
		t.Errorf("to be confirmed: %s", text)
	}
	if fields := formOf(summary); len(fields) != 3 || fields[0].ID != "p1" || fields[1].Kind != bot.FieldFile || fields[2].Kind != bot.FieldConsent {
		t.Errorf("the form to be confirmed: %+v", fields)
	}
	if _, pending, err := k.engine.PendingAppeal(t.Context(), k.conv); pending || err != nil {
		t.Errorf("pending before it was sent: %v, %v", pending, err)
	}
	k.tap("appeal.submit")

	// Another run of the program finds it in the log.
	restarted := newEngine(t, log, appealable("OVERDUE_RECORD"))
	sent, pending, err := restarted.PendingAppeal(t.Context(), k.conv)
	if err != nil || !pending {
		t.Fatalf("pending %v, %v", pending, err)
	}
	a := sent.Appeal
	if a.Explanation != "那笔账单去年就还清了" || len(a.Proofs) != 1 || !a.Consent || !a.Decided.Equal(decidedAt()) || sent.User != k.who ||
		len(a.Causes) != 1 || a.Causes[0] != "credit.bad_record" || !strings.HasPrefix(sent.Reference, "A-") {
		t.Errorf("sent off: %+v", sent)
	}
	if _, err := k.attach(proof(2)); !errors.Is(err, bot.ErrNoAppeal) {
		t.Errorf("a document after it was sent: %v", err)
	}
}

func TestProofsAreCounted(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	for n := range bot.MaxProofs {
		if err := k.engine.MayAttach(t.Context(), k.who, k.conv); err != nil {
			t.Fatal(err)
		}
		if _, err := k.attach(proof(n)); err != nil {
			t.Fatal(err)
		}
	}
	again := proof(0)
	again.ID = "another"
	receipt, err := k.attach(again)
	if first, ok := receipt.Turn.Proof(); err != nil || !receipt.Duplicate || !ok || first.ID != proof(0).ID {
		t.Errorf("the same again: %+v, %v", receipt, err)
	}
	if _, err := k.attach(proof(99)); !errors.Is(err, bot.ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if err := k.engine.MayAttach(t.Context(), k.who, k.conv); !errors.Is(err, bot.ErrTooMany) {
		t.Errorf("asked beforehand: %v", err)
	}
	if err := k.engine.MayAttach(t.Context(), bot.Identity{Tenant: "default", User: "else"}, k.conv); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("somebody else: %v", err)
	}
	if err := newTalk(t, failing(bot.ErrCheckTimeout)).engine.MayAttach(t.Context(), k.who, "c_none"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("no such conversation: %v", err)
	}
}

// Whatever the person calls a file, no number of a card stays in the log.
func TestProofNamesAreMasked(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	p := proof(1)
	p.Name = "身份证11010519491231002X.jpg"
	receipt, err := k.attach(p)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v", receipt.Turn.Events); strings.Contains(text, "11010519491231002X") {
		t.Errorf("stored: %s", text)
	}
}

// Two nodes hear of the acceptance at once, and one of them twice.
func TestAppealIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	k, log := appealing(t)
	k.tap("appeal.next")
	k.tap("appeal.submit")
	sent, _, err := k.engine.PendingAppeal(t.Context(), k.conv)
	if err != nil {
		t.Fatal(err)
	}
	nodes := []*bot.Engine{k.engine, newEngine(t, log, appealable("OVERDUE_RECORD"))}
	var accepting sync.WaitGroup
	for range 4 {
		for _, node := range nodes {
			accepting.Go(func() {
				if err := node.AcceptAppeal(t.Context(), k.conv, sent.Reference, decidedAt()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	accepting.Wait()
	turns, err := log.Load(t.Context(), k.conv, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := kindsOf(turns)["appeal_accepted"]; n != 1 {
		t.Errorf("accepted %d times", n)
	}
	for i, node := range nodes {
		if _, pending, err := node.PendingAppeal(t.Context(), k.conv); pending || err != nil {
			t.Errorf("node %d: still pending %v, %v", i, pending, err)
		}
	}
	if status := k.say("我的申诉到哪了"); !strings.Contains(status.Blocks[0].Text, "2026年11月20日") {
		t.Errorf("told %q", status.Blocks[0].Text)
	}
	if err := k.engine.AcceptAppeal(t.Context(), k.conv, "A-OTHER", decidedAt()); err != nil {
		t.Errorf("another reference: %v", err)
	}
}

// A tap on an old summary sends nothing that was not seen last.
func TestOldSummarySendsNothing(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	old := k.tap("appeal.next")
	k.tap("appeal.edit")
	k.say("更正一下，是前年还清的")
	k.last = old
	again := k.tap("appeal.submit")
	if again.About.Appeal != bot.AppealConfirm || !strings.Contains(fmt.Sprint(again.Blocks), "前年还清的") {
		t.Errorf("instead: %+v", again)
	}
	if kindsOf([]bot.Turn{k.turn})["appeal_submitted"] != 0 {
		t.Error("sent off unseen")
	}
}

// While an agent talks, documents are taken and the bot is silent.
func TestProofsWhileAnAgentTalks(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	k.say("人工")
	lin := bot.Agent{Tenant: "default", ID: "lin", Name: "林晓"}
	if _, err := k.engine.Attend(t.Context(), bot.DeskAct{Conversation: k.conv, ID: "d1", Kind: bot.DeskClaim, Agent: lin}); err != nil {
		t.Fatal(err)
	}
	receipt, err := k.attach(proof(1))
	if err != nil || len(receipt.Turn.Events) != 1 {
		t.Errorf("stored %v, %v", kindsOf([]bot.Turn{receipt.Turn}), err)
	}
	found, err := k.engine.Case(t.Context(), "default", k.conv, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Join(found.Brief.Lines("zh-CN"), "\n"); !strings.Contains(lines, "申诉正在填写：那笔账单去年就还清了、证明 1 份") {
		t.Errorf("the agent reads:\n%s", lines)
	}
}
