package bot_test

import (
	"fmt"
	"testing"

	"kaitong/bot"
)

// Wordings as an editor would write them are let through, or the use would be
// none.
func TestUsualWordingsAreFaithful(t *testing.T) {
	t.Parallel()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		intent, locale string
		said           [][2]string
	}{
		{"how.documents", "zh-CN", [][2]string{
			{"p1", "要填的资料以借呗页面列出的为准。"}, {"p1", "一般会用到身份证、手机号和银行卡，有时也会请你补充工作、公积金、社保或者车辆信息。"},
			{"p2", "如果没有公积金或车，就不用填，也不要填别人的或编造的资料；标着选填的可以跳过。"}, {"p2", "补充真实资料可能有助于评估，但不代表能开通。"},
			{"p3", "资料只在支付宝页面里填写和授权，授权前请看清用途；证件照片和号码不要发到聊天里。"},
		}},
		{"fail.risk", "zh-CN", [][2]string{
			{"p1", "别担心，「当前操作存在风险」通常是安全系统为了保护你的账户，暂时中断了这次操作。"}, {"p1", "常见的情况有换了新手机、网络不稳定或人在异地，或者短时间内操作太多次。"},
			{"p2", "建议先停一停，换回常用的手机和网络，关掉 VPN，过一段时间再试。"}, {"p2", "具体的判断规则出于安全考虑不会公开。"},
			{"p3", "如果怀疑账号被盗，请马上在「账号与安全」里修改密码，并联系官方客服。"},
		}},
		{"fail.review_rejected", "zh-CN", [][2]string{
			{"p1", "理解你的心情，没通过难免失望，但这不是对你个人的评价。"}, {"p1", "「综合评估未通过」或「不符合条件」的意思是系统把多项信息放在一起看，这一次没有通过。"},
			{"p2", "常见的影响因素包括信用记录较少、近期有逾期、在还的借款较多、资料不完整。"}, {"p2", "信用分高、按时还款、花呗能用都是好的参考，但不是单凭某一项决定。"},
			{"p2", "反复提交没有帮助，什么时候可以再次申请，以页面提示为准。"}, {"p3", "你有权要求说明理由，也可以申请人工复核，输入「申诉」就可以。"},
		}},
		{"how.documents", "en", [][2]string{
			{"p1", "Don't worry, the Jiebei page lists exactly what is needed."}, {"p1", "Usually that is your ID, phone number and bank card, and sometimes your work, housing fund (公积金), social insurance or vehicle details."},
			{"p2", "If you have no housing fund or car, leave it out, and please don’t enter someone else’s details or invented ones."},
			{"p2", "Anything marked optional can be skipped. Adding true details may help the assessment but does not by itself open Jiebei."},
			{"p3", "Please enter details and give consent only on Alipay’s own pages, and read what the consent is for first. Never send ID photos or numbers in a chat."},
		}},
	} {
		answer, _ := base.Answer(one.intent)
		locale := base.Locale(one.locale)
		text := bot.Rewording{Locale: one.locale}
		for i, paragraph := range answer.Text {
			text.Paragraphs = append(text.Paragraphs, bot.Paragraph{ID: fmt.Sprintf("p%d", i+1), Text: paragraph.In(locale)})
		}
		var said []bot.Sentence
		for _, sentence := range one.said {
			said = append(said, bot.Sentence{Text: sentence[1], Cites: []string{sentence[0]}})
		}
		if err := bot.Faithful(text, said, faith(t, locale)); err != nil {
			t.Errorf("%s, %s: %v", one.intent, one.locale, err)
		}
	}
}
