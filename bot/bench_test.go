package bot_test

import (
	"fmt"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// A whole turn without sockets, NATS and disk: classify, decide, compose,
// encode. The conversation is new every ten turns, as most are short.
func BenchmarkHandle(b *testing.B) {
	engine := newEngine(b, bottest.NewEventLog(), verdict(bot.Ineligible, "ID_EXPIRED", "DEBT_MULTIPLE"))
	who := bot.Identity{Tenant: "default", User: "u1"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		say := bot.Say{
			Conversation: fmt.Sprintf("c%d", i/10), MessageID: fmt.Sprintf("m%d", i),
			User: who, Locale: "zh-CN", Text: "为什么我的借呗一直开通不了，身份证过期了吗",
		}
		if _, err := engine.Handle(b.Context(), say); err != nil {
			b.Fatal(err)
		}
	}
}
