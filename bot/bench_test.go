package bot_test

import (
	"context"
	"fmt"
	"strconv"
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

// A crowd in which everybody has a conversation of their own and asks another
// question each time, as they do.
func BenchmarkHandleCrowd(b *testing.B) {
	questions := []string{
		"为什么我的借呗开通不了", "我想开通借呗", "借呗提示综合评估未通过怎么办", "怎么才能开通借呗？", "没有逾期为什么开不了",
		"有网贷会影响开通吗", "why can't I activate Jiebei?", "身份证过期了怎么更新", "那怎么办", "还有别的办法吗", "审核要多久",
		"人脸识别一直不通过", "what do I need to apply", "我之前关闭过还能开吗", "找不到借呗入口", "谢谢",
	}
	engine := newEngine(b, discard{}, verdict(bot.Ineligible, "ID_EXPIRED", "DEBT_MULTIPLE"), func(o *bot.Options) { o.CachedConversations = 2000 })
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		say := bot.Say{
			Conversation: "c" + strconv.Itoa(i%1000), MessageID: "m" + strconv.Itoa(i),
			User: bot.Identity{Tenant: "default", User: "u" + strconv.Itoa(i%1000)}, Locale: "zh-CN", Text: questions[(i/1000+i)%len(questions)],
		}
		if _, err := engine.Handle(b.Context(), say); err != nil {
			b.Fatal(err)
		}
	}
}

// discard is a log that encodes what it is given and forgets it.
type discard struct{ *bottest.EventLog }

func (discard) Append(_ context.Context, turn bot.Turn) error {
	_, err := bot.EncodeEvents(turn.Events)
	return err
}

func (discard) Load(context.Context, string, int64, int) ([]bot.Turn, error) { return nil, nil }
