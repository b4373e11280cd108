package bot

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// maskCase is a text, what must be stored of it, and what was hidden.
type maskCase struct {
	text, want string
	kinds      []string
}

func TestMask(t *testing.T) {
	t.Parallel()
	masker := NewMasker()
	for name, cases := range map[string][]maskCase{
		"password": hiddenPasswords(), "code": hiddenCodes(), "number": hiddenNumbers(),
		"announced": announcedNumbers(), "document": hiddenDocuments(), "e-mail": hiddenEmails(),
		"mixed": {
			{"13800138000 和 a@b.cn", "*** 和 ***", []string{maskEmail, maskPhone}},
			{"密码是Abc12345，验证码 482913", "密码是***，验证码 ***", []string{maskCode, maskPassword}},
			{"密码 a一三八零零一三八零零零b", "密码 ***", []string{maskPassword}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, test := range cases {
				got, kinds := masker.Mask(test.text)
				if got != test.want || !slices.Equal(kinds, test.kinds) {
					t.Errorf("Mask(%q) = %q %v, want %q %v", test.text, got, kinds, test.want, test.kinds)
				}
			}
		})
	}
}

// all gives every pair of text and wanted text the same kind.
func all(kind string, pairs ...[2]string) []maskCase {
	cases := make([]maskCase, 0, len(pairs))
	for _, pair := range pairs {
		cases = append(cases, maskCase{pair[0], pair[1], []string{kind}})
	}
	return cases
}

func hiddenPasswords() []maskCase {
	return all(maskPassword, [][2]string{
		{"我的密码是Abc12345，帮我看看", "我的密码是***，帮我看看"},
		{"我的密码是：Abc12345", "我的密码是：***"},
		{"密码为：abc12345", "密码为：***"},
		{"密码：１２３４５６", "密码：***"},
		{"密码abc12345", "密码***"},
		{"密码 1 2 3 4 5 6", "密码 ***"},
		{"密码是一二三四五六", "密码是***"},
		{"密码：一二三四", "密码：***"},
		{"密码是“abcdef”", "密码是“***”"},
		{"密码改成了abc12345", "密码改成了***"},
		{"支付密码六位123456", "支付密码六位***"},
		{"支付密码，123456", "支付密码，***"},
		{"支付宝登录密码是我生日19900101", "支付宝登录密码是我生日***"},
		{"abc12345是我的支付密码", "***是我的支付密码"},
		{"密马是 qwe789", "密马是 ***"},
		{"蜜码 mima", "蜜码 ***"},
		{"mima shi qwe789", "mima shi ***"},
		{"口令=abcd", "口令=***"},
		{"my password: hunter2!", "my password: ***"},
		{"password：hunter22", "password：***"},
		{"My PASSWORD is hunter22", "My PASSWORD is ***"},
		{"password is p@ssword", "password is ***"},
		{"my pass is hunter22", "my pass is ***"},
		{"the password's hunter22", "the password's ***"},
		{"pwd=hunter", "pwd=***"},
		{"pwd 123456", "pwd ***"},
	}...)
}

func hiddenCodes() []maskCase {
	codes := all(maskCode, [][2]string{
		{"验证码是123456", "验证码是***"},
		{"验证码 四八二九一三", "验证码 ***"},
		{"验证码是四八二九一三", "验证码是***"},
		{"验证码是4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣", "验证码是***"},
		{"我收到一条验证码 48 29 13", "我收到一条验证码 ***"},
		{"验证码收到一条 482913", "验证码收到一条 ***"},
		{"验证码482913 5000元", "验证码*** 5000元"},
		{"123456是我收到的验证码", "***是我收到的验证码"},
		{"短信说的码是 8 8 2 1 0 4", "短信说的码是 ***"},
		{"收到的码：882104", "收到的码：***"},
		{"验证码错误 482913", "验证码错误 ***"},
		{"收到短信882104", "收到短信***"},
		{"code 482913", "code ***"},
		{"your code is 884422", "your code is ***"},
		{"The Code is 482913", "The Code is ***"},
		{"482913 is my code", "*** is my code"},
		{"the verification code I got was 4829", "the verification code I got was ***"},
		{"OTP: 4829", "OTP: ***"},
		{"pin 4829", "pin ***"},
	}...)
	return append(codes, all(maskCardCode, [][2]string{
		{"CVV 123", "CVV ***"}, {"安全码123", "安全码***"}, {"cvc2是１２３", "cvc2是***"}, {"CVV是一二三", "CVV是***"},
	}...)...)
}

func hiddenNumbers() []maskCase {
	numbers := all(maskPhone, [][2]string{
		{"我的手机号13800138000换了", "我的手机号***换了"},
		{"+86 138-0013-8000", "+***"},
		{"手机１３８００１３８０００", "手机***"},
		{"电话幺三八零零幺三八零零零", "电话***"},
		{"幺三八洞洞幺三八洞洞拐", "***"},
		{"一三八两两勾九六六五五", "***"},
		{"1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "***"},
		{"1\u0336 3\u0336 8\u0336 0\u0336 0\u0336 1\u0336 3\u0336 8\u0336 0\u0336 0\u0336 0", "***"},
		{"1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8\u200b0\u200b0\u200b0", "***"},
		{"【138】【0013】【8000】", "【***】"},
		{"[138] - [0013] - [8000]", "[***]"},
		{"5000，13800138000", "5000，***"},
		{"芝麻分652，13800138000", "芝麻分652，***"},
		{"2024-11-05 13800138000", "2024-11-05 ***"},
		{"10:05 13800138000", "10:05 ***"},
		{"13.800.138.000", "***"},
		{"①③⑧⓪⓪①③⑧⓪⓪⓪", "***"},
		{"¹³⁸⁰⁰¹³⁸⁰⁰⁰", "***"},
		{"138OO138OOO", "***"},
		{"one three eight, double zero one three eight, triple zero", "***"},
		{"call me: 6234-5678", "call me: ***"},
	}...)
	for gap := range strings.SplitSeq(": ： ; ； | ~ # ' = \\ … …… 、 ， , 。 / _ + · \" “ ” ^ $ ￥ ` < > ☎ - － — . *", " ") {
		numbers = append(numbers,
			maskCase{strings.Join([]string{"138", "0013", "8000"}, gap), hidden, []string{maskPhone}},
			maskCase{strings.Join(strings.Split("13800138000", ""), gap), hidden, []string{maskPhone}})
	}
	numbers = append(numbers, all(maskIDCard, [][2]string{
		{"身份证11010519491231002X过期", "身份证***过期"},
		{"110105 19491231 002x", "***"},
		{"110105 1949-12-31 002X", "***"},
		{"身份证号110105491231002", "身份证号***"},
		{"一一零一零五一九四九一二三一零零二叉", "***"},
	}...)...)
	return append(numbers, all(maskNumber, [][2]string{
		{"卡号6222 0200 0000 0000 123 不能绑", "卡号*** 不能绑"},
		{"6222，0202，0000，1234，567", "***"},
	}...)...)
}

func announcedNumbers() []maskCase {
	return all(maskNumber, [][2]string{
		{"卡号是6222 0202 然后 0000 1234 567", "卡号是*** 然后 ***"},
		{"银行卡尾号 1234", "银行卡尾号 ***"},
		{"62220202是我的卡号", "***是我的卡号"},
		{"my card number is 6222 0202 then 0000", "my card number is *** then ***"},
		{"手机号是1380 再加 0138000", "手机号是*** 再加 ***"},
	}...)
}

func hiddenDocuments() []maskCase {
	documents := all(maskPassport, [][2]string{
		{"护照E12345678过期", "护照***过期"},
		{"E12345678", "***"},
		{"my number is EA1234567.", "my number is ***."},
		{"护照号是 K 1234567", "护照号是 ***"},
		{"passport number: 123456789", "passport number: ***"},
		{"港澳通行证C12345678", "港澳通行证***"},
	}...)
	return append(documents, all(maskIDCard, [][2]string{
		{"香港身份证A123456(7)", "香港身份证***"},
		{"hkid ab123456（a）", "hkid ***"},
		{"my SSN 123-45-6789", "my SSN ***"},
		{"123—45—6789", "***"},
		{"SSN is 123456789", "SSN is ***"},
	}...)...)
}

func hiddenEmails() []maskCase {
	return all(maskEmail, [][2]string{
		{"写到 zhang.san@example.com 吧", "写到 *** 吧"},
		{"写到zhang@example.com", "写到***"},
		{"zhang at example dot com", "***"},
		{"张三@例子.公司", "***"},
		{"o'brien+x@example.com", "***"},
		{"zhang艾特example点com", "***"},
		{"write to zhang.san (at) mail dot example dot com please", "write to *** please"},
	}...)
}

func TestMaskLeavesAlone(t *testing.T) {
	t.Parallel()
	masker := NewMasker()
	for _, text := range []string{
		"", "为什么我的借呗开通不了", "Why can't I open Jiebei?",
		"芝麻分650，版本10.5.80，逾期3天，2026-11-23", "芝麻分650", "逾期3天",
		"版本10.6.20，2024-11-05申请的", "10.6.20.8000 2024-11-05",
		"5000，10000，20000元", "500、1000、2000、5000", "借呗额度50000元分12期",
		"2026年11月23日", "13个月2026-11-23 10:05:33", "2024/11/05~2025/11/05 10:05",
		"验证码收不到怎么办", "验证码一直收不到", "验证码收不到，额度5000元", "验证码错误1001",
		"密码忘了怎么办", "忘记密码", "密码输错5次", "密码忘了，额度50000元", "密码错误码1001", "支付密码是6位吗",
		"I forgot my password again!", "password is wrong!", "I did not pass in 2024", "my password - what now",
		"error code 1001?", "错误码1001", "错误码：1001", "错误代码是 10012", "status code: 4004", "what is code 12?",
		"银行卡里有5000元", "银行卡2024-11-05办的", "银行卡绑定失败，错误码1001", "银行卡限额 5000", "信用卡欠5000", "短信95188", "信用卡2019年办的",
		"meet me at the dot", "i owe 30000 on credit cards", "十一二三", "138****8000", "CVV是什么", "护照可以吗",
	} {
		if got, kinds := masker.Mask(text); got != text || kinds != nil {
			t.Errorf("Mask(%q) = %q %v, want it unchanged", text, got, kinds)
		}
	}
}

func TestUnlabel(t *testing.T) {
	t.Parallel()
	masker := NewMasker()
	for _, test := range []struct{ text, want string }{
		{"为什么我的借呗开通不了", "为什么我的借呗开通不了"},
		{"***", ""},
		{"我的身份证号***", ""},
		{"我的身份证***。", ""},
		{"手机号是***", ""},
		{"验证码是***", ""},
		{"动态密码[***]", ""},
		{"这是我的银行卡号：***", ""},
		{"支付宝登录密码是我生日***", ""},
		{"卡号是*** 然后 ***", ""},
		{"***是我的手机号", ""},
		{"my phone number is ***", ""},
		{"My ID number: ***", ""},
		{"手机号是***，身份证号***，借呗开不了", "借呗开不了"},
		{"借呗开不了，手机号是***", "借呗开不了"},
		{"手机号是*** 借呗开不了", "借呗开不了"},
		{"my phone number is *** and I cannot open it", "and I cannot open it"},
		{"my password is ***, why can't I open it?", "why can't I open it?"},
		{"身份证***过期了怎么办", "身份证过期了怎么办"},
		{"手机号***换了怎么办", "手机号换了怎么办"},
		{"我换了手机号***", "我换了手机号"},
		{"my card *** expired", "my card expired"},
		{"芝麻分650，手机号***", "芝麻分650"},
		{"显示别人的账号138****8000", "显示别人的账号138****8000"},
	} {
		if got := masker.Unlabel(test.text); got != test.want {
			t.Errorf("Unlabel(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestMaskPlainTextAllocatesNothing(t *testing.T) {
	masker := NewMasker()
	for _, text := range []string{plainQuestion, "Why can I not open Jiebei?"} {
		if n := testing.AllocsPerRun(100, func() { masker.Mask(text) }); n != 0 {
			t.Errorf("Mask(%q) allocates %v times", text, n)
		}
	}
}

const plainQuestion = "为什么我的借呗一直都开通不了呢怎么办才好"

func BenchmarkMaskPlain(b *testing.B) {
	masker := NewMasker()
	b.ReportAllocs()
	for b.Loop() {
		masker.Mask(plainQuestion)
	}
}

func BenchmarkMaskPhone(b *testing.B) {
	masker := NewMasker()
	b.ReportAllocs()
	for b.Loop() {
		masker.Mask("我的手机号是138 0013 8000，为什么开通不了")
	}
}

func FuzzMask(f *testing.F) {
	f.Add("手机13800138000")
	f.Add("密码：a@b.c1234 验证码 12 34 56")
	f.Add("密码 a一三八零零一三八零零零b一三八零零一三八零零零")
	f.Add("卡号6222 0202 然后 2024-11-05，10.6.20 13800138000 护照E12345678")
	masker := NewMasker()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		got, kinds := masker.Mask(text)
		if len(kinds) == 0 && got != text {
			t.Errorf("changed %q to %q without saying so", text, got)
		}
		if again, _ := masker.Mask(got); again != got {
			t.Errorf("masking %q again gives %q", got, again)
		}
		for _, run := range masker.longNumbers(fold(got).text) {
			t.Errorf("a long number is left in %q: %v", got, run)
		}
		if rest := masker.Unlabel(got); len(rest) > len(got) || !utf8.ValidString(rest) {
			t.Errorf("Unlabel(%q) = %q", got, rest)
		}
	})
}
