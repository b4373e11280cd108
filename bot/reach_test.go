package bot_test

import (
	"slices"
	"testing"

	"kaitong/bot"
	"kaitong/knowledge"
)

// plainWords are questions in which people describe each cause an activation
// can fail for, without knowing what it is called.
func plainWords() map[string]map[knowledge.Locale]string {
	return map[string]map[knowledge.Locale]string{
		"credit.thin_history":            {"zh-CN": "我没什么信用记录，借呗开不了", "en": "I have no credit history, is that why I can't open Jiebei?"},
		"credit.bad_record":              {"zh-CN": "以前信用卡逾期过，是不是因为这个借呗开不了", "en": "I paid late last year, is that why Jiebei won't open?"},
		"credit.multiple_debts":          {"zh-CN": "我在好几个平台都有贷款，是因为这个开不了吗", "en": "I have too many other loans, is that the reason?"},
		"credit.review_not_passed":       {"zh-CN": "提示综合评估未通过", "en": "it says the overall assessment was not passed"},
		"policy.industry_change":         {"zh-CN": "是不是国家政策收紧了所以不给开借呗", "en": "did the government change the policy so Jiebei is closed to new people?"},
		"policy.capacity":                {"zh-CN": "申请借呗提示申请人数过多", "en": "it says too many applicants when I apply for Jiebei"},
		"policy.regional":                {"zh-CN": "我在香港能开借呗吗，提示地区不支持", "en": "is Jiebei not available in my region? I live in Hong Kong"},
		"technical.system_fault":         {"zh-CN": "开通借呗一直提示系统繁忙", "en": "Jiebei keeps saying system busy"},
		"technical.network":              {"zh-CN": "开着VPN是不是开不了借呗", "en": "does a VPN stop me from opening Jiebei?"},
		"technical.client_version":       {"zh-CN": "是不是支付宝版本太旧了开不了借呗", "en": "is my Alipay version too old to open Jiebei?"},
		"technical.entry_missing":        {"zh-CN": "支付宝里找不到借呗入口", "en": "I can't find Jiebei anywhere in the app"},
		"compliance.identity_incomplete": {"zh-CN": "身份证过期了还能开借呗吗", "en": "my ID card expired, can I still open Jiebei?"},
		"compliance.underage":            {"zh-CN": "我今年17岁能开借呗吗", "en": "I'm 17, can I open Jiebei?"},
		"account.other_account":          {"zh-CN": "我另一个支付宝账号开过借呗，这个还能开吗", "en": "I opened Jiebei on my other account, can I open it here?"},
		"account.security_check":         {"zh-CN": "借呗提示当前操作存在风险", "en": "it says this operation is risky when I open Jiebei"},
		"account.closed":                 {"zh-CN": "借呗以前能用，现在被关闭了", "en": "my Jiebei was closed, I used to have it"},
		"account.other_product":          {"zh-CN": "有了网商贷是不是就不能开借呗", "en": "I have a MYbank loan, does it block Jiebei?"},
	}
}

// Every cause is reached by plain words, in both languages, and every fix from
// there by asking what else can be done, or from what people see.
func TestEveryCauseAndFixIsReached(t *testing.T) {
	t.Parallel()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{}
	for _, cause := range base.Causes() {
		for _, locale := range base.Pack().Locales {
			question, listed := plainWords()[cause.ID][locale]
			if !listed {
				t.Errorf("no question in %s leads to %s", locale, cause.ID)
				continue
			}
			k := newTalk(t, failing(bot.ErrCheckUnavailable))
			k.locale = string(locale)
			m := k.say(question)
			if m.About.Cause != cause.ID {
				t.Errorf("%q: cause %q (intent %s), want %s", question, m.About.Cause, m.About.Intent, cause.ID)
			}
			for range 6 {
				for _, id := range m.About.Fixes {
					reached[id] = true
				}
				m = k.say(map[knowledge.Locale]string{"zh-CN": "还有什么办法", "en": "what else can I do"}[locale])
			}
		}
	}
	for _, question := range []string{"刷脸一直失败", "手机号换了怎么办，借呗开不了", "借呗验证码收不到"} {
		for _, id := range newTalk(t, failing(bot.ErrCheckUnavailable)).say(question).About.Fixes {
			reached[id] = true
		}
	}
	var missed []string
	for _, fix := range base.Fixes() {
		if !reached[fix.ID] {
			missed = append(missed, fix.ID)
		}
	}
	slices.Sort(missed)
	if len(missed) > 0 {
		t.Errorf("never reached: %v", missed)
	}
}
