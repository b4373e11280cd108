package intents

import (
	"slices"
	"testing"
)

func TestClauses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []string
	}{
		{"为什么我的借呗开通不了？", []string{"为什么我的借呗开通不了？"}},
		{"借呗开不了！！急！", []string{"借呗开不了！！急！"}},
		{"身份证过期了怎么办？审核要多久？", []string{"身份证过期了怎么办", "审核要多久"}},
		{"为什么开不了，另外怎么关闭", []string{"为什么开不了，", "另外怎么关闭"}},
		{"Why was I refused? How do I appeal?", []string{"Why was I refused", "How do I appeal"}},
		{"", []string{""}},
	} {
		if got := Clauses(test.text); !slices.Equal(got, test.want) {
			t.Errorf("Clauses(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
