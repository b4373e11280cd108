package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/intents"
	"kaitong/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// check is an eligibility service made of a function.
type check func(bot.CheckRequest) (bot.Verdict, error)

func (c check) Check(_ context.Context, r bot.CheckRequest) (bot.Verdict, error) { return c(r) }

func verdict(decision bot.Decision, codes ...string) check {
	return func(bot.CheckRequest) (bot.Verdict, error) {
		v := bot.Verdict{Decision: decision}
		for _, code := range codes {
			v.Reasons = append(v.Reasons, bot.Reason{Code: code})
		}
		return v, nil
	}
}

func failing(err error) check {
	return func(bot.CheckRequest) (bot.Verdict, error) { return bot.Verdict{}, err }
}

// The model and the pack never change, so every test shares them.
var (
	shippedModel = sync.OnceValues(func() (*intents.Model, error) {
		base, err := shippedBase()
		if err != nil {
			return nil, err
		}
		return intents.TrainPack(nil, base.Wordings())
	})
	shippedBase = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Load(knowledge.Shipped()) })
)

func newEngine(t testing.TB, log bot.EventLog, eligibility bot.Eligibility, with ...func(*bot.Options)) *bot.Engine {
	t.Helper()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	return engineOf(t, log, eligibility, libraryOf(t, base), with...)
}

func libraryOf(t testing.TB, base *knowledge.Base) *bot.Library {
	t.Helper()
	model, err := shippedModel()
	if err != nil {
		t.Fatal(err)
	}
	return bot.NewLibrary(bot.Edition{ID: "1", Base: base, Model: model})
}

func engineOf(t testing.TB, log bot.EventLog, eligibility bot.Eligibility, library *bot.Library, with ...func(*bot.Options)) *bot.Engine {
	t.Helper()
	n := 0
	var mu sync.Mutex
	options := bot.Options{
		Log: log, Library: library, Eligibility: eligibility,
		Now: func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) },
		NewID: func() string {
			mu.Lock()
			defer mu.Unlock()
			n++
			return fmt.Sprintf("id-%08d", n)
		},
		CachedConversations: 2,
	}
	for _, set := range with {
		set(&options)
	}
	return bot.NewEngine(options)
}

// talk is one person in one conversation.
type talk struct {
	t       testing.TB
	engine  *bot.Engine
	who     bot.Identity
	conv    string
	locale  string
	n       int
	last    bot.Message
	turn    bot.Turn
	said    bot.Say
	library *bot.Library
}

func newTalk(t testing.TB, eligibility bot.Eligibility) *talk {
	t.Helper()
	return &talk{
		t: t, engine: newEngine(t, bottest.NewEventLog(), eligibility), conv: "c_1", locale: "zh-CN",
		who: bot.Identity{Tenant: "default", User: "u1"},
	}
}

func (k *talk) handle(say bot.Say) (bot.Receipt, error) {
	k.n++
	k.said = say
	say.Conversation, say.User, say.Locale = k.conv, k.who, k.locale
	if say.MessageID == "" {
		say.MessageID = fmt.Sprintf("m%d", k.n)
	}
	return k.engine.Handle(k.t.Context(), say)
}

// say sends a text and returns the bot's answer to it.
func (k *talk) say(text string) bot.Message {
	k.t.Helper()
	return k.answer(bot.Say{Text: text})
}

// tap picks a choice of the last answer.
func (k *talk) tap(choice string) bot.Message {
	k.t.Helper()
	return k.answer(bot.Say{Choice: &bot.ChoiceRef{Message: k.last.ID, Choice: choice}})
}

func (k *talk) answer(say bot.Say) bot.Message {
	k.t.Helper()
	receipt, err := k.handle(say)
	if err != nil {
		k.t.Fatal(err)
	}
	k.turn = receipt.Turn
	for _, event := range receipt.Turn.Events {
		if m, ok := event.(bot.Message); ok && m.Author == bot.AuthorBot {
			k.last = m
		}
	}
	return k.last
}

func words(m bot.Message) string {
	var out strings.Builder
	for _, block := range m.Blocks {
		out.WriteString(block.Title + "\n" + block.Text + "\n")
		for _, item := range block.Items {
			out.WriteString(item.Label + " " + item.Text + "\n" + item.How + "\n")
		}
	}
	return out.String()
}

func choices(m bot.Message) []string {
	var ids []string
	for _, block := range m.Blocks {
		for _, choice := range block.Choices {
			ids = append(ids, choice.ID)
		}
	}
	return ids
}

func wantSaid(t *testing.T, m bot.Message, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(words(m), part) {
			t.Errorf("%q is not said in:\n%s", part, words(m))
		}
	}
}

func TestVerdictComesFirst(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		eligibility check
		cause       string
		reasons     []string
		said        [2]string // zh-CN, en
	}{
		"one reason":      {verdict(bot.Ineligible, "OVERDUE_CURRENT"), "credit.bad_record", []string{"credit.bad_record"}, [2]string{"逾期", "verdue"}},
		"generic reason":  {verdict(bot.Ineligible, "OPERATION_RISK"), "account.security_check", []string{"account.security_check"}, [2]string{"安全", "security"}},
		"no reason given": {verdict(bot.Ineligible), "credit.review_not_passed", []string{"credit.review_not_passed"}, [2]string{"综合评估没有通过", "not passed"}},
		"several reasons": {verdict(bot.Ineligible, "ID_EXPIRED", "DEBT_MULTIPLE"), "compliance.identity_incomplete", []string{"compliance.identity_incomplete", "credit.multiple_debts"}, [2]string{"2 个原因", "2 reasons"}},
		"two codes of one cause": {verdict(bot.Ineligible, "CREDIT_HISTORY_THIN", "PROFILE_INCOMPLETE"), "credit.thin_history",
			[]string{"credit.thin_history"}, [2]string{"信用", "credit"}},
		"under age": {verdict(bot.Ineligible, "AGE_UNDER_18"), "compliance.underage", []string{"compliance.underage"}, [2]string{"18 周岁", "18"}},
		"eligible":  {verdict(bot.Eligible), "", nil, [2]string{"可以申请", "can currently apply"}},
		"in review": {verdict(bot.InReview), "", nil, [2]string{"评估", "assessment"}},
	} {
		for i, question := range []string{"为什么我的借呗开通不了", "why can't I activate Jiebei"} {
			locale := []string{"zh-CN", "en"}[i]
			t.Run(name+" "+locale, func(t *testing.T) {
				t.Parallel()
				k := newTalk(t, test.eligibility)
				k.locale = locale
				m := k.say(question)
				if m.About.Cause != test.cause || !slices.Equal(m.About.Reasons, test.reasons) {
					t.Errorf("about %+v, want cause %s, reasons %v", m.About, test.cause, test.reasons)
				}
				wantSaid(t, m, test.said[i])
				if got := choices(m); !slices.Contains(got, "resolved") || !slices.Contains(got, "not_resolved") || !slices.Contains(got, "agent") {
					t.Errorf("choices %v", got)
				}
			})
		}
	}
}

func TestAtMostFourReasons(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT", "DEBT_MULTIPLE", "ID_EXPIRED", "NETWORK_UNTRUSTED", "CLIENT_OUTDATED", "CAPACITY_FULL"))
	if m := k.say("为什么我的借呗开通不了"); len(m.About.Reasons) != 4 {
		t.Errorf("reasons %v", m.About.Reasons)
	}
}

// Under age nothing is offered: no fix, no appeal, no other reason.
func TestUnderAgeStops(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]*talk{
		"by verdict":               newTalk(t, verdict(bot.Ineligible, "AGE_UNDER_18")),
		"by verdict among reasons": newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT", "AGE_UNDER_18")),
		"by what is said":          newTalk(t, verdict(bot.Eligible)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := k.say("我今年17岁，为什么借呗开通不了")
			wantSaid(t, m, "18 周岁")
			if len(m.About.Fixes) > 0 || slices.Contains(choices(m), "intent:appeal") {
				t.Errorf("offers %v %v", m.About.Fixes, choices(m))
			}
			if again := k.tap("not_resolved"); len(again.About.Fixes) > 0 {
				t.Errorf("offers %v when asked again", again.About.Fixes)
			}
		})
	}
}

// A silent code that got past the adapter is still never told from the plain
// refusal: frames are the same but for ids.
func TestSilentCodeIsTheNeutralRefusal(t *testing.T) {
	t.Parallel()
	dialogue := func(code string) string {
		k := newTalk(t, verdict(bot.Ineligible, code))
		var said []string
		for _, text := range []string{"为什么我的借呗开通不了", "到底是什么原因", "那怎么办", "我是不是被列入黑名单了", "人工"} {
			m := k.say(text)
			said = append(said, string(bot.AppendAbout(bot.AppendBlocks(nil, m.Blocks), m.About)))
		}
		return strings.Join(said, "\n")
	}
	plain := dialogue("REVIEW_NOT_PASSED")
	for _, code := range []string{"LIST_MATCH", "AML_MATCH", "SANCTIONS_HIT", "A_CODE_NOBODY_KNOWS"} {
		if diff := cmp.Diff(plain, dialogue(code)); diff != "" {
			t.Errorf("%s shows: %s", code, diff)
		}
	}
}

func TestCheckFailureIsUnknown(t *testing.T) {
	t.Parallel()
	for _, err := range []error{bot.ErrCheckTimeout, bot.ErrCheckUnavailable, bot.ErrCheckInvalid} {
		k := newTalk(t, failing(err))
		m := k.say("我身份证过期了借呗开不了")
		if m.About.Decision != bot.Unknown || m.About.Cause != "compliance.identity_incomplete" || len(m.About.Reasons) > 0 {
			t.Errorf("%v: about %+v", err, m.About)
		}
		wantSaid(t, m, "没能查到")
		if !slices.Contains(choices(m), "recheck:fail.identity") {
			t.Errorf("%v: choices %v", err, choices(m))
		}
	}
}

func TestAnonymousIsNotChecked(t *testing.T) {
	t.Parallel()
	k := newTalk(t, check(func(bot.CheckRequest) (bot.Verdict, error) {
		t.Error("an anonymous person was checked")
		return bot.Verdict{}, nil
	}))
	k.who.Anonymous = true
	wantSaid(t, k.say("为什么我的借呗开通不了"), "没有登录")
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED", "DEBT_MULTIPLE"))
	first := k.say("为什么我的借呗开通不了")
	second := k.say("第二个呢")
	if second.About.Cause != "credit.multiple_debts" || second.About.Nth != 2 {
		t.Errorf("second reason: %+v", second.About)
	}
	next := k.say("那怎么办")
	for _, fix := range next.About.Fixes {
		if slices.Contains(first.About.Fixes, fix) || slices.Contains(second.About.Fixes, fix) {
			t.Errorf("fix %s is offered again", fix)
		}
	}
	wantSaid(t, k.say("第五个呢"), "都在上面了")
}

// The most specific question is answered now; the others are not lost.
func TestSeveralQuestions(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	m := k.say("借呗审核一般要多久？我身份证过期了是不是开不了借呗？")
	if m.About.Intent != "fail.identity" || !slices.Contains(choices(m), "intent:status.review") {
		t.Errorf("about %+v, choices %v", m.About, choices(m))
	}
	wantSaid(t, m, "好几件事")
}

func TestHumanAtAnyMoment(t *testing.T) {
	t.Parallel()
	for name, before := range map[string][]string{
		"at once":            nil,
		"after an answer":    {"为什么我的借呗开通不了"},
		"after nonsense":     {"阿巴阿巴阿巴", "唔唔唔唔"},
		"after being solved": {"为什么我的借呗开通不了", "已经好了谢谢"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT"))
			for _, text := range before {
				k.say(text)
			}
			receipt, err := k.handle(bot.Say{Text: "人工"})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(receipt.Turn.Events, func(e bot.Event) bool {
				h, ok := e.(bot.HandoffChanged)
				return ok && h.State == bot.HandoffRequested && h.Ticket != ""
			}) {
				t.Errorf("no hand-off in %+v", receipt.Turn.Events)
			}
			wantSaid(t, k.say("转人工"), "已经记下")
		})
	}
}

func TestTwoMissesOfferAHuman(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT"))
	k.say("今天天气怎么样")
	if m := k.say("明天会下雨吗"); choices(m)[0] != "agent" {
		t.Errorf("choices %v, want a human first", choices(m))
	}
}

func TestSafety(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	wantSaid(t, k.say("有人说交500块可以强开借呗是真的吗"), "诈骗", "95188")
	k = newTalk(t, verdict(bot.Eligible))
	wantSaid(t, k.say("还不上钱了我不想活了"), "安全最要紧")
	k = newTalk(t, verdict(bot.Eligible))
	m := k.say("我的身份证号11010519491231002X，借呗开不了")
	wantSaid(t, m, "隐藏")
	if history, err := k.engine.History(t.Context(), k.who, k.conv, 0, 0); err != nil || strings.Contains(fmt.Sprint(history), "110105") {
		t.Errorf("stored: %v, %v", history, err)
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	calls := 0
	k := newTalk(t, check(func(bot.CheckRequest) (bot.Verdict, error) { calls++; return bot.Verdict{Decision: bot.Eligible}, nil }))
	say := bot.Say{MessageID: "same", Text: "为什么我的借呗开通不了"}
	first, err := k.handle(say)
	if err != nil {
		t.Fatal(err)
	}
	k.say("谢谢")
	again, err := k.handle(say)
	if err != nil || !again.Duplicate || again.Seq != first.Seq || calls != 1 {
		t.Errorf("again %+v, %v after %d checks", again, err, calls)
	}
	if diff := cmp.Diff(bot.Visible(first.Turn, 0), bot.Visible(again.Turn, 0)); diff != "" {
		t.Errorf("another reply: %s", diff)
	}
	if _, err := k.handle(bot.Say{MessageID: "same", Text: "别的问题"}); !errors.Is(err, bot.ErrIDConflict) {
		t.Errorf("error %v, want ErrIDConflict", err)
	}
}

func TestConversationsBelongToTheirOwner(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	k.say("为什么我的借呗开通不了")
	for name, who := range map[string]bot.Identity{
		"another user":   {Tenant: "default", User: "u2"},
		"another tenant": {Tenant: "other", User: "u1"},
	} {
		k.who = who
		if _, err := k.handle(bot.Say{Text: "你好"}); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("%s: Handle: %v", name, err)
		}
		if _, err := k.engine.History(t.Context(), who, k.conv, 0, 0); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("%s: History: %v", name, err)
		}
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	k.say("为什么我的借呗开通不了")
	for name, say := range map[string]bot.Say{
		"nothing":            {},
		"two things":         {Text: "你好", Handoff: bot.HandoffRequest},
		"long text":          {Text: strings.Repeat("啊", bot.MaxText+1)},
		"broken text":        {Text: "\xff\xfe"},
		"long id":            {Text: "你好", MessageID: strings.Repeat("x", 65)},
		"unknown choice":     {Choice: &bot.ChoiceRef{Message: k.last.ID, Choice: "root"}},
		"unknown message":    {Choice: &bot.ChoiceRef{Message: "nope", Choice: "agent"}},
		"unknown hand-off":   {Handoff: "seize"},
		"vote on nothing":    {Vote: &bot.Vote{Message: "nope", Up: true}},
		"space in an id":     {Text: "你好", MessageID: "a b"},
		"control in an id":   {Text: "你好", MessageID: "a\x00"},
		"non-ASCII in an id": {Text: "你好", MessageID: "你"},
	} {
		if _, err := k.handle(say); !errors.Is(err, bot.ErrInvalid) {
			t.Errorf("%s: error %v, want ErrInvalid", name, err)
		}
	}
}

// What was learnt about a person stands above what they ask next.
func TestUnderAgeIsRemembered(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]*talk{
		"said":    newTalk(t, verdict(bot.Eligible)),
		"checked": newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT", "DEBT_MULTIPLE", "ID_EXPIRED", "REGION_NOT_OPEN", "AGE_UNDER_18")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k.say("我17岁，为什么借呗开通不了")
			for _, text := range []string{"那怎么开通借呗", "那怎么办", "怎么提高通过率", "借呗需要什么条件", "还有别的办法吗"} {
				m := k.say(text)
				wantSaid(t, m, "18 周岁")
				if len(m.About.Fixes) > 0 || strings.Contains(words(m), "搜索「借呗」") {
					t.Errorf("%s: offers %v:\n%s", text, m.About.Fixes, words(m))
				}
			}
			if _, err := k.handle(bot.Say{Text: "人工"}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDistressIsNotMetWithSmallTalk(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	k.say("人工")
	receipt, err := k.handle(bot.Say{Text: "还不上钱，我不想活了"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(receipt.Turn.Events, func(e bot.Event) bool {
		h, ok := e.(bot.HandoffChanged)
		return ok && h.Reason == "distress"
	}) {
		t.Errorf("nobody is told: %+v", receipt.Turn.Events)
	}
	for _, text := range []string{"在吗", "嗯", "没人能帮我"} {
		wantSaid(t, k.say(text), "12356")
	}
}

func TestScamIsFollowedUp(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Eligible))
	k.say("有人说交299块就能强开借呗")
	wantSaid(t, k.say("那怎么办"), "报警")
	wantSaid(t, k.say("没用"), "报警")
	if m := k.say("为什么我的借呗开通不了"); m.About.Decision != bot.Eligible {
		t.Errorf("a new question is not answered: %+v", m.About)
	}
}

// Beside the neutral refusal no guess is confirmed or denied.
func TestGuessesAreNotJudged(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "LIST_MATCH"))
	for _, text := range []string{"为什么我的借呗开通不了", "是不是因为我逾期过所以开不了借呗", "是不是身份证过期了开不了借呗"} {
		m := k.say(text)
		if strings.Contains(words(m), "没有返回") || strings.Contains(words(m), "不在这次") {
			t.Errorf("%s: judges the guess:\n%s", text, words(m))
		}
	}
}

// The same verdict is not told twice: the second answer goes on.
func TestSameVerdictGoesOn(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED"))
	first := k.say("为什么我的借呗开通不了")
	second := k.say("我身份证过期了是不是就开不了借呗")
	wantSaid(t, second, "结果和刚才一样")
	for _, fix := range second.About.Fixes {
		if slices.Contains(first.About.Fixes, fix) {
			t.Errorf("fix %s is shown again", fix)
		}
	}
}

func TestDisputedFindings(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT"))
	k.say("为什么我的借呗开通不了")
	m := k.say("我没有逾期啊")
	wantSaid(t, m, "对不上")
	if got := choices(m); !slices.Contains(got, "recheck:fail.unspecified") || !slices.Contains(got, "intent:appeal") {
		t.Errorf("choices %v", got)
	}
}

// The label of a choice may be typed as well as tapped.
func TestTypedChoices(t *testing.T) {
	t.Parallel()
	k := newTalk(t, failing(bot.ErrCheckTimeout))
	k.say("为什么我的借呗开通不了")
	if m := k.say("再查一次"); m.About.Decision != bot.Unknown {
		t.Errorf("about %+v", m.About)
	}
	k.say("人工")
	wantSaid(t, k.say("取消转人工"), "已取消")
}

// A choice means what it meant when it was offered.
func TestOldChoicesKeepTheirMeaning(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED", "DEBT_MULTIPLE"))
	old := k.say("为什么我的借呗开通不了")
	k.say("怎么关闭借呗")
	m := k.answer(bot.Say{Choice: &bot.ChoiceRef{Message: old.ID, Choice: "cause:credit.multiple_debts"}})
	if m.About.Cause != "credit.multiple_debts" || len(m.About.Fixes) == 0 {
		t.Errorf("about %+v", m.About)
	}
}

// Only the pack's own product is answered for, and what a client calls a
// product is not kept.
func TestOtherProducts(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "OVERDUE_CURRENT"))
	receipt, err := k.handle(bot.Say{Text: "为什么我的花呗开通不了", Product: "身份证110101199003077758"})
	if err != nil {
		t.Fatal(err)
	}
	if started := receipt.Turn.Events[0].(bot.Started); started.Product != "jiebei" {
		t.Errorf("product %q", started.Product)
	}
	wantSaid(t, k.say("花呗为什么开不了"), "我这里只能查借呗")
}

// Two engines on one log are two nodes: both serve the same conversation and
// every turn is stored once.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	nodes := []*bot.Engine{newEngine(t, log, verdict(bot.Eligible)), newEngine(t, log, verdict(bot.Eligible))}
	who := bot.Identity{Tenant: "default", User: "u1"}
	const each = 20
	var wait sync.WaitGroup
	for n, node := range nodes {
		for i := range each {
			wait.Go(func() {
				say := bot.Say{Conversation: "c", MessageID: fmt.Sprintf("n%d-%d", n, i), User: who, Text: "为什么我的借呗开通不了"}
				for {
					if _, err := node.Handle(t.Context(), say); err == nil {
						return
					} else if !errors.Is(err, bot.ErrConflict) {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wait.Wait()
	turns, err := log.Load(t.Context(), "c", 0, 0)
	if err != nil || len(turns) != 2*each {
		t.Fatalf("%d turns, %v", len(turns), err)
	}
	if _, err := bot.Replay("c", turns); err != nil {
		t.Error(err)
	}
}
