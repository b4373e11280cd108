package bot

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	t.Parallel()
	masker := NewMasker()
	for _, test := range []struct {
		name, text, want string
		kinds            []string
	}{
		{"nothing personal", "为什么我的借呗开通不了", "为什么我的借呗开通不了", nil},
		{"short numbers stay", "芝麻分650，版本10.5.80，逾期3天，2026-11-23", "芝麻分650，版本10.5.80，逾期3天，2026-11-23", nil},
		{"phone", "我的手机号13800138000换了", "我的手机号***换了", []string{maskPhone}},
		{"phone with country code", "+86 138-0013-8000", "+***", []string{maskPhone}},
		{"phone full width", "手机１３８００１３８０００", "手机***", []string{maskPhone}},
		{"phone in Chinese numerals", "电话幺三八零零幺三八零零零", "电话***", []string{maskPhone}},
		{"identity card", "身份证11010519491231002X过期", "身份证***过期", []string{maskIDCard}},
		{"identity card spaced", "110105 19491231 002x", "***", []string{maskIDCard}},
		{"bank card", "卡号6222 0200 0000 0000 123 不能绑", "卡号*** 不能绑", []string{maskNumber}},
		{"e-mail", "写到 zhang.san@example.com 吧", "写到 *** 吧", []string{maskEmail}},
		{"code after its name", "验证码是123456", "验证码是***", []string{maskCode}},
		{"code before its name", "123456是我收到的验证码", "***是我收到的验证码", []string{maskCode}},
		{"code not received", "验证码收不到怎么办", "验证码收不到怎么办", nil},
		{"password", "我的密码是Abc12345，帮我看看", "我的密码是***，帮我看看", []string{maskPassword}},
		{"password in English", "my password: hunter2!", "my password: ***", []string{maskPassword}},
		{"password forgotten", "I forgot my password again", "I forgot my password again", nil},
		{"two kinds", "13800138000 和 a@b.cn", "*** 和 ***", []string{maskEmail, maskPhone}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, kinds := masker.Mask(test.text)
			if got != test.want || !slices.Equal(kinds, test.kinds) {
				t.Errorf("Mask(%q) = %q %v, want %q %v", test.text, got, kinds, test.want, test.kinds)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	f.Add("手机13800138000")
	f.Add("密码：a@b.c1234 验证码 12 34 56")
	masker := NewMasker()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		got, kinds := masker.Mask(text)
		if len(kinds) == 0 && got != text {
			t.Errorf("changed %q to %q without saying so", text, got)
		}
		if again, _ := masker.Mask(got); strings.Count(again, hidden) < strings.Count(got, hidden) {
			t.Errorf("masking again lost something: %q", again)
		}
		for _, run := range digitRuns(got) {
			t.Errorf("a long number is left in %q: %q", got, run.digits)
		}
	})
}
