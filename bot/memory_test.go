package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"kaitong/bot"
)

// The same words mean the same however often they were said before, and a
// number in them is hidden every time.
func TestWordsSaidBefore(t *testing.T) {
	t.Parallel()
	k := newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED"))
	for n, text := range []string{"为什么我的借呗开通不了", "我的手机号是13812345678，借呗开不了", "验证码是123456", "***", "银行卡6222021234567890123过期了怎么办"} {
		var first string
		for i := range 3 {
			fresh := newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED"))
			fresh.engine, fresh.conv = k.engine, fmt.Sprint("c", n, "-", i)
			m := fresh.say(text)
			said := string(bot.AppendBlocks(nil, append(fresh.turn.Events[1].(bot.Message).Blocks, m.Blocks...)))
			if first == "" {
				first = said
			}
			if said != first {
				t.Errorf("%q is answered %s, before %s", text, said, first)
			}
			if n > 0 && strings.Contains(said, "6789") {
				t.Errorf("a number of %q is stored: %s", text, said)
			}
		}
	}
}
