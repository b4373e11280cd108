package knowledge

import (
	"strings"
	"sync"
	"testing"
)

func TestBaseCheckWords(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	tests := []struct {
		name, words string
		locale      Locale
		want        string // part of the error; "" for none
	}{
		{"plain", "系统正在维护，请稍后再看。", Chinese, ""},
		{"plain English", "The page may not open at the moment. Please look again later, or call 95188.", English, ""},
		{"promise", "维护以后一定能通过。", Chinese, "「一定能通过」 promises an outcome"},
		{"promise in English", "You will be approved afterwards.", English, "“will be approved” promises an outcome"},
		{"secret", "请告诉我们你的验证码。", Chinese, "asks for a secret"},
		{"phone number", "Call 400-123-4567.", English, "400-123-4567 looks like a phone number"},
		{"link", "See http://example.com now.", English, "is not https"},
		{"silent reason", "This is about money laundering.", English, "must stay silent"},
		{"silent code", "LISTED is the code.", English, "LISTED is a silent code"},
		{"several", "Call 400-123-4567 and you will be approved.", English, "; “will be approved” promises"},
		{"nothing", "", Chinese, ""},
		{"foreign language", "保证", "fr", ""},
	}
	var group sync.WaitGroup
	for _, test := range tests {
		group.Go(func() { // one base serves everybody
			err := base.CheckWords(test.words, test.locale)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: got %v, want %q", test.name, err, test.want)
			}
		})
	}
	group.Wait()
}
