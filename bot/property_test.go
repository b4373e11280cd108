package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// anyTexts are things people say at any moment.
func anyTexts() []string {
	return []string{
		"为什么我的借呗开通不了", "第二个呢", "那怎么办", "还有吗", "为什么啊", "要多久", "没用", "好了", "人工", "取消", "谢谢", "你好", "是", "不是",
		"我17岁", "强开", "傻逼", "身份证过期了", "怎么提高通过率", "审核要多久", "我要申诉", "借呗利息多少", "asdkjh", "没有逾期也开不了", "换手机号了", "why", "13800138000",
		"试过了", "还是不行", "跳过", "怎么弄", "继续", "一步一步带我做", "网络有问题", "系统繁忙", "再查一次", "不想活了", "验证码收不到", "额度没了", "我成年了",
	}
}

func anyCodes() []string {
	return []string{
		"OVERDUE_CURRENT", "LIST_MATCH", "OPERATION_RISK", "ID_EXPIRED", "AGE_UNDER_18", "NOBODY_KNOWS", "CLIENT_OUTDATED",
		"NETWORK_PROXY", "ENTRY_NOT_SHOWN", "REVIEW_NOT_PASSED", "OTHER_ACCOUNT_ACTIVE", "PRODUCT_CLOSED", "DEBT_MULTIPLE",
	}
}

func anyVerdict(r *rapid.T) bot.Verdict {
	v := bot.Verdict{
		Decision:   rapid.SampledFrom([]bot.Decision{bot.Eligible, bot.Ineligible, bot.InReview, bot.Unknown}).Draw(r, "decision"),
		Appealable: rapid.Bool().Draw(r, "appealable"),
	}
	for _, code := range rapid.SliceOfN(rapid.SampledFrom(anyCodes()), 0, 5).Draw(r, "codes") {
		v.Reasons = append(v.Reasons, bot.Reason{Code: code})
	}
	return v
}

// anyTalk is a talk over the flows of the tests, or over the shipped pack.
func anyTalk(t *testing.T, base *knowledge.Base, replies ...bot.Verdict) *talk {
	t.Helper()
	n := 0
	eligibility := check(func(bot.CheckRequest) (bot.Verdict, error) {
		reply := replies[n%len(replies)]
		n++
		return reply, nil
	})
	k := newTalk(t, eligibility)
	k.library = libraryOf(t, base)
	k.engine = engineOf(t, bottest.NewEventLog(), eligibility, k.library)
	return k
}

// act does something: a tap on what was offered, or a text.
func act(r *rapid.T, k *talk) bot.Message {
	if offered := choices(k.last); len(offered) > 0 && rapid.IntRange(0, 2).Draw(r, "tap") > 0 {
		return k.tap(rapid.SampledFrom(offered).Draw(r, "choice"))
	}
	return k.say(rapid.SampledFrom(anyTexts()).Draw(r, "text"))
}

func bases(t *testing.T) map[string]*knowledge.Base {
	t.Helper()
	shipped, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*knowledge.Base{"shipped": shipped, "flows": guided(t, flows())}
}

// Whatever people say and tap, and whatever the check replies: a human is in
// reach, every word has a source, nothing silent is said, no step is shown to
// whom it is behind, and the conversation can be ended.
func TestAnyDialogue(t *testing.T) {
	t.Parallel()
	for name, base := range bases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				k := anyTalk(t, base, anyVerdict(r), anyVerdict(r))
				k.locale = rapid.SampledFrom([]string{"zh-CN", "en"}).Draw(r, "locale")
				taken := map[string]bool{}
				for range rapid.IntRange(1, 25).Draw(r, "turns") {
					m := act(r, k)
					checkAnswer(r, m)
					checkSteps(r, base, k, m, taken)
				}
				checkEnd(r, k)
			})
		})
	}
}

func checkAnswer(r *rapid.T, m bot.Message) {
	offered := choices(m)
	if !slices.Contains(offered, "agent") && !slices.Contains(offered, "cancel_agent") {
		r.Errorf("no way to a human in %v", offered)
	}
	for i, id := range offered {
		if slices.Contains(offered[:i], id) {
			r.Errorf("%q is offered twice in %v", id, offered)
		}
	}
	for _, block := range m.Blocks {
		if block.Type != bot.BlockChoices && block.Source == "" && len(block.Items) == 0 {
			r.Errorf("a block without a source: %+v", block)
		}
		if strings.ContainsAny(block.Text+block.Title, "{}") {
			r.Errorf("a placeholder is left in %q", block.Text)
		}
	}
	for _, word := range []string{"LIST_MATCH", "NOBODY_KNOWS", "restricted", "黑名单", "洗钱"} {
		if strings.Contains(words(m), word) {
			r.Errorf("%q is said", word)
		}
	}
}

// checkSteps follows what is behind the person, and looks for it in what is
// shown. A step may be shown again while they are at it.
func checkSteps(r *rapid.T, base *knowledge.Base, k *talk, m bot.Message, taken map[string]bool) {
	for _, event := range k.turn.Events {
		if step, ok := event.(bot.StepTaken); ok {
			if taken[step.Step] {
				r.Errorf("%s is taken a second time", step.Step)
			}
			taken[step.Step] = true
		}
	}
	if taken[m.About.Step] {
		r.Errorf("%s is shown again", m.About.Step)
	}
	for _, block := range m.Blocks {
		id, ok := strings.CutPrefix(block.Source, "fix:")
		fix, known := base.Fix(id)
		if !ok || !known || block.Type != bot.BlockSteps {
			continue
		}
		for i, step := range fix.Steps {
			shown := slices.ContainsFunc(block.Items, func(item bot.Item) bool { return item.Text == step.Text[knowledge.Locale(k.locale)] })
			if shown && taken[fix.StepKey(i)] {
				r.Errorf("%s is offered again", fix.StepKey(i))
			}
		}
	}
}

// checkEnd ends the conversation the way people do.
func checkEnd(r *rapid.T, k *talk) {
	for range 3 {
		offered := choices(k.last)
		switch {
		case slices.Contains(offered, "flow.no_check"):
			k.tap("flow.no_check")
		case slices.Contains(offered, "resolved"):
			k.tap("resolved")
		default:
			k.say("已解决")
		}
		for _, event := range k.turn.Events {
			switch e := event.(type) {
			case bot.Resolved:
				return
			case bot.Understood: // nothing but the rule is left to be said, or care
				if e.Move == bot.MoveRefuse || e.Move == bot.MoveCare || e.Move == bot.MoveWarn {
					return
				}
			}
		}
	}
	r.Errorf("cannot be ended: %v", choices(k.last))
}

// Whoever says again and again that nothing helps is soon led to a human, and
// never hears the same twice in a row before that.
func TestNothingHelpsEndsWithAHuman(t *testing.T) {
	t.Parallel()
	for name, base := range bases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				k := anyTalk(t, base, anyVerdict(r))
				for range rapid.IntRange(1, 5).Draw(r, "turns") {
					act(r, k)
				}
				for range 60 {
					if offered := choices(k.last); offered[0] == "agent" || slices.Contains(offered, "cancel_agent") {
						return
					}
					if ended(k) {
						return
					}
					k.tap(nothingHelped(k.last))
				}
				r.Errorf("sixty times nothing helped, and still: %s", words(k.last))
			})
		})
	}
}

// ended says whether there is nothing left that could help, such as below the
// age rule.
func ended(k *talk) bool { return nothingHelped(k.last) == "agent" }

func nothingHelped(m bot.Message) string {
	for _, id := range []string{"step.failed", "not_resolved", "none", "step.skip"} {
		if slices.Contains(choices(m), id) {
			return id
		}
	}
	return "agent"
}

// A refusal that must not be told and the standard one are the same to the
// letter, whatever is said and tapped.
func TestSilentCodesAreNeverToldApart(t *testing.T) {
	t.Parallel()
	base := bases(t)["shipped"]
	rapid.Check(t, func(r *rapid.T) {
		silent := anyTalk(t, base, bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: "LIST_MATCH"}}})
		neutral := anyTalk(t, base, bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: "REVIEW_NOT_PASSED"}}})
		for range rapid.IntRange(1, 12).Draw(r, "turns") {
			a := act(r, silent)
			var b bot.Message
			if tapped := silent.said.Choice; tapped != nil {
				b = neutral.tap(tapped.Choice)
			} else {
				b = neutral.say(silent.said.Text)
			}
			if diff := cmp.Diff(a.Blocks, b.Blocks); diff != "" {
				r.Fatalf("told apart: %s", diff)
			}
			if diff := cmp.Diff(a.About, b.About); diff != "" {
				r.Fatalf("told apart: %s", diff)
			}
		}
	})
}
