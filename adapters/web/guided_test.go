package web

import (
	"strings"
	"testing"

	"kaitong/bot"
)

// Steps of a flow go over the wire with how far they have come; every frame
// is checked against the schemas on its way.
func TestGuidedFrames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	p.hello(map[string]any{"locale": "zh-CN", "token": w.token("demo-vpn"), "client": map[string]any{"region": "华东"}})
	_, plan := p.exchange("m1", "给我一份提升建议")
	if export, _ := block(t, plan, "steps")["export"].(string); !strings.Contains(export, "还清逾期") {
		t.Errorf("export %q", export)
	}
	last := plan
	for i, choice := range []string{"flow:flow.network", "step.tried", "step.failed", "step.skip", "step.tried"} {
		last = p.choose("c"+itoa(int64(i)), last.ID, choice)
		card := block(t, last, "steps")
		if card["at"] != float64(i+1) || card["of"] != float64(fakeSteps) {
			t.Errorf("%s: step %v of %v", choice, card["at"], card["of"])
		}
		about := last.about()
		if about["flow"] != "flow.network" || about["step"] != "network.switch/"+itoa(int64(i+1)) {
			t.Errorf("%s: about %v", choice, about)
		}
	}
	if about := p.choose("c9", last.ID, "resolved").about(); about["flow"] != "flow.network" || about["step"] != nil {
		t.Errorf("at the end: about %v", about)
	}
	_, news := p.exchange("m2", "提示系统繁忙")
	if about := news.about(); about["incident"] != "inc-1" || about["symptom"] != "page.busy" {
		t.Errorf("about %v", about)
	}
	for _, say := range w.engine.heard() {
		if say.Client.Region != "华东" || say.Client.Channel != bot.ChannelWeb {
			t.Errorf("the engine heard of region %q, channel %q", say.Client.Region, say.Client.Channel)
		}
	}
}

// choose taps a choice and reads ack and answer.
func (p *peer) choose(id, message, choice string) received {
	p.t.Helper()
	p.send(map[string]any{"type": "choice.send", "id": id, "data": map[string]any{"msg": message, "choice": choice}})
	p.last = int64(p.want("ack").Data["seq"].(float64)) // the own message is not echoed
	return p.want("message")
}

func (r received) about() map[string]any {
	about, _ := r.Data["about"].(map[string]any)
	return about
}

// block finds the first block of a type.
func block(t *testing.T, r received, kind string) map[string]any {
	t.Helper()
	blocks, _ := r.Data["blocks"].([]any)
	for _, each := range blocks {
		if b, _ := each.(map[string]any); b["type"] == kind {
			return b
		}
	}
	t.Fatalf("no %s block in %s", kind, r.raw)
	return nil
}
