package bot

import (
	"slices"
	"strings"
	"unicode"
)

// The channels that figures know. Others are "other": whoever opens a socket
// can call it anything, and no list may grow by that.
const (
	ChannelWeb      = "web"
	ChannelTerminal = "terminal"
	channelOther    = "other"
)

func channels() []string {
	return []string{ChannelWeb, ChannelTerminal, "app", "ios", "android", "harmony", "mini_program", "wechat", "alipay", "email", "phone", channelOther}
}

// recorded is what the log keeps of a client, nil for nothing: bounded, and
// without anything that could not be a name or a number.
func (c Client) recorded() *Client {
	kept := Client{
		AppVersion: clientWord(c.AppVersion), OS: clientWord(c.OS), Network: clientWord(c.Network), Region: clientWord(c.Region),
		Channel: channel(c.Channel),
	}
	if kept == (Client{}) {
		return nil
	}
	return &kept
}

// channel is one of the channels known, "" where nothing is said.
func channel(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || slices.Contains(channels(), name) {
		return name
	}
	return channelOther
}

// clientWord is a text as a client may call something: what is too long or
// holds other signs than names do is "other".
func clientWord(text string) string {
	text = strings.TrimSpace(text)
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" .-_+()/", r)
	}
	if len([]rune(text)) > maxClientWord || strings.ContainsFunc(text, odd) {
		return channelOther
	}
	return text
}

// maxClientWord is how long, in runes, a word about a client is at most.
const maxClientWord = 32
