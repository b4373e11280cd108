package cli

import (
	"strings"
	"testing"

	"kaitong/bot"
)

func TestRenderSteps(t *testing.T) {
	t.Parallel()
	step := bot.Block{
		Type: bot.BlockSteps, Title: "排查网络", At: 2, Of: 5,
		Items: []bot.Item{{Text: "换一个网络。", How: "断开 Wi-Fi。\n图标不见了就对了。"}},
	}
	later := step
	later.At, later.Of = 3, 30
	grown := step
	grown.At, grown.Of = 4, 3 // steps may turn out not to be for this person
	list := bot.Block{Type: bot.BlockSteps, Title: "换网络", Text: "之后再试。", Items: []bot.Item{{Text: "关掉 VPN。"}, {Text: "用流量。", How: "断开 Wi-Fi。"}}}
	for name, c := range map[string]struct {
		block bot.Block
		want  string
	}{
		"one step of a flow": {step, "\n排查网络  ●●○○○  2 / 5\n  换一个网络。\n     断开 Wi-Fi。\n     图标不见了就对了。\n"},
		"a long flow":        {later, "\n排查网络  3 / 30\n  换一个网络。\n     断开 Wi-Fi。\n     图标不见了就对了。\n"},
		"a flow that shrank": {grown, "\n排查网络  ●●●●  4 / 4\n  换一个网络。\n     断开 Wi-Fi。\n     图标不见了就对了。\n"},
		"all steps at once":  {list, "\n换网络\n  1. 关掉 VPN。\n  2. 用流量。\n     断开 Wi-Fi。\n  之后再试。\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			renderBlocks(&out, []bot.Block{c.block}, style{})
			if out.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", out.String(), c.want)
			}
		})
	}
}
