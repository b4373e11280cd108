package desk

import (
	"slices"
	"testing"

	"kaitong/bot"
)

func TestWhatPeopleSaidIsJoinedAsSentencesAre(t *testing.T) {
	t.Parallel()
	b := bot.Brief{Asked: []string{"为什么我的借呗开通不了？", "没用", "找人工"}}
	if got, want := summary(b, localeZH), []string{"用户说：为什么我的借呗开通不了？没用；找人工"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Asked = []string{"Why can't I open it?", "no use", "a person"}
	if got, want := summary(b, localeEN), []string{"Said: Why can't I open it? no use; a person"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
