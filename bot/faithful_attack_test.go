package bot_test

import (
	"testing"

	"kaitong/bot"
	"kaitong/knowledge"
)

// Words of the text alone, in another order or without the ones that hold them
// back, say something else.
func TestWordsOfTheTextCanLie(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct{ locale, text, said string }{
		"condition dropped":            {"zh-CN", "如果资料真实完整，就可以开通借呗，请按页面提示操作。", "资料真实完整，可以开通借呗，请按页面提示操作。"},
		"possibility becomes a fact":   {"zh-CN", "这可能是资料不一致，请在页面里核对资料。", "这是资料不一致，请在页面里核对资料。"},
		"time becomes a fact":          {"zh-CN", "审核通过后可以开通，请在页面里提交资料。", "审核通过，开通，请在页面里提交资料。"},
		"somebody becomes you":         {"zh-CN", "满足条件的用户可以开通借呗。", "你满足条件，可以开通借呗。"},
		"number of bankers":            {"zh-CN", "额度以页面为准，请重新提交借呗。", "额度以页面为准，请重新提交借呗玖伍壹捌。"},
		"somebody becomes you, too":    {"en", "Approved users can activate Jiebei on the page.", "You are approved and can activate Jiebei on the page."},
		"time becomes a fact, English": {"en", "Once approved, you can activate Jiebei.", "You are approved, you can activate Jiebei."},
		"numbers change places":        {"zh-CN", "资料审核要 3 天，页面更新要 24 小时。", "资料审核要 24 天，页面更新要 3 小时。"},
		"the denial moves":             {"zh-CN", "请重新提交资料，不要注销账户。", "不要重新提交资料，请注销账户。"},
		"condition dropped, English":   {"en", "If your details are complete, you can activate Jiebei on the page.", "Your details are complete, you can activate Jiebei on the page."},
		"may becomes will":             {"en", "Adding true details may help the assessment on the page.", "Adding true details will help the assessment on the page."},
		"usually becomes always":       {"en", "The page usually updates once details are complete.", "The page updates once details are complete."},
		"numbers change places, words": {"en", "The review takes 3 days, the page updates in 24 hours.", "The review takes 24 days, the page updates in 3 hours."},
		"the denial moves, English":    {"en", "Please submit your details again, do not close your account.", "Please do not submit your details again, close your account."},
	} {
		text := bot.Rewording{Locale: one.locale, Paragraphs: []bot.Paragraph{{ID: "p1", Text: one.text}}}
		hold := faith(t, knowledge.Locale(one.locale))
		if err := bot.Faithful(text, []bot.Sentence{{Text: one.text, Cites: []string{"p1"}}}, hold); err != nil {
			t.Errorf("%s: the text itself: %v", name, err)
		}
		if bot.Faithful(text, []bot.Sentence{{Text: one.said, Cites: []string{"p1"}}}, hold) == nil {
			t.Errorf("%s: %q is taken for faithful", name, one.said)
		}
	}
}

// A summary may not say of a person what they deny, nor deny what they say.
func TestASummaryDoesNotTurnWordsRound(t *testing.T) {
	t.Parallel()
	for _, g := range []struct {
		gist bot.Gist
		lies []string
	}{
		{bot.Gist{Locale: "zh-CN", Said: []string{"我的借呗开通不了，我没有逾期，换了手机试过三次"}}, []string{"用户有逾期。", "用户没有试过。", "用户逾期三次。"}},
		{bot.Gist{Locale: "en", Said: []string{"I can not activate Jiebei, I have no overdue bill, I tried three times"}}, []string{"The person has overdue bill."}},
	} {
		for _, lie := range g.lies {
			if g.gist.Allows([]string{lie}, faith(t, knowledge.Locale(g.gist.Locale))) == nil {
				t.Errorf("%q is allowed", lie)
			}
		}
	}
}
