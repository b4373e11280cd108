package bot_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// guided is a pack with the shipped texts and flows of its own.
func guided(t testing.TB, files map[string]string) *knowledge.Base {
	t.Helper()
	pack := fstest.MapFS{}
	err := fs.WalkDir(knowledge.Shipped(), ".", func(name string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() || strings.HasPrefix(name, "flows/") || strings.HasPrefix(name, "symptoms/") || strings.HasPrefix(name, "dialogues/") {
			return err
		}
		data, err := fs.ReadFile(knowledge.Shipped(), name)
		pack[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		pack[name] = &fstest.MapFile{Data: []byte(text + meta)}
	}
	base, err := knowledge.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

const meta = `
sources: [编辑组通用说明]
owner: 测试
version: 1
valid_from: 2026-01-01
review_by: 2027-01-01
`

// flows are two of them: the first asks a question, unfolds a fix and then
// hands over to the second.
func flows() map[string]string {
	return map[string]string{
		"flows/network.yaml": `id: network
title: {zh-CN: 一步步检查网络, en: Check the network}
offer: {causes: [technical.network], eligible: true}
steps:
  - id: on_wifi
    text: {zh-CN: 现在连的是公共网络吗？, en: Are you on a public network?}
    answers:
      - {id: yes, label: {zh-CN: 是的, en: "Yes, I am"}}
      - {id: no, label: {zh-CN: 不是, en: "No, I am not"}, go: restart}
  - fix: network.check
  - id: restart
    text: {zh-CN: 重启手机。, en: Restart the phone.}
    how: {zh-CN: 长按电源键。, en: Hold the power button.}
    expect: {zh-CN: 手机重新亮起。, en: The phone lights up again.}
    if_not: {zh-CN: 也许是电量太低。, en: The battery may be too low.}
then: version`,
		"flows/version.yaml": `id: version
title: {zh-CN: 一步步更新, en: Update step by step}
offer: {causes: [technical.client_version]}
steps:
  - id: ios
    when: {os: [ios]}
    text: {zh-CN: 打开 App Store。, en: Open the App Store.}
    how: {zh-CN: 在桌面上找。, en: Look on the home screen.}
  - id: update
    text: {zh-CN: 更新支付宝。, en: Update Alipay.}
    how: {zh-CN: 点「更新」。, en: Tap 更新.}`,
	}
}

// journey is a talk with flows and a check that replies in order; the last
// reply stays.
func journey(t testing.TB, replies ...bot.Verdict) *talk {
	t.Helper()
	n := 0
	eligibility := check(func(bot.CheckRequest) (bot.Verdict, error) {
		reply := replies[min(n, len(replies)-1)]
		n++
		return reply, nil
	})
	k := newTalk(t, eligibility)
	k.library = libraryOf(t, guided(t, flows()))
	k.engine = engineOf(t, bottest.NewEventLog(), eligibility, k.library)
	return k
}

func refused(code string) bot.Verdict {
	return bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: code}}}
}

func wantStep(t *testing.T, m bot.Message, flow, step string) {
	t.Helper()
	if m.About.Flow != flow || m.About.Step != step {
		t.Fatalf("at %q %q, want %q %q: %s", m.About.Flow, m.About.Step, flow, step, words(m))
	}
}

func wantChoices(t *testing.T, m bot.Message, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if !slices.Contains(choices(m), id) {
			t.Errorf("%q is not offered, only %v", id, choices(m))
		}
	}
}

func wantEvents(t *testing.T, k *talk, kinds ...string) {
	t.Helper()
	var got []string
	for _, event := range k.turn.Events {
		got = append(got, event.Kind())
	}
	for _, kind := range kinds {
		if !slices.Contains(got, kind) {
			t.Errorf("no %s among %v", kind, got)
		}
	}
}

func TestFlowStepByStep(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"), bot.Verdict{Decision: bot.Eligible})
	m := k.say("为什么借呗开通不了")
	wantChoices(t, m, "flow:network")
	m = k.tap("flow:network")
	wantStep(t, m, "network", "network/on_wifi")
	wantEvents(t, k, "flow_started")
	wantChoices(t, m, "answer:yes", "answer:no", "step.skip", "resolved", "agent")
	m = k.tap("answer:yes")
	wantStep(t, m, "network", "network.check/vpn_off")
	wantChoices(t, m, "step.tried", "step.failed", "step.how", "step.skip", "resolved", "agent")
	m = k.tap("step.how")
	wantStep(t, m, "network", "network.check/vpn_off")
	wantSaid(t, m, "VPN")
	m = k.tap("step.tried")
	wantStep(t, m, "network", "network.check/mobile_data")
	m = k.tap("step.failed")
	wantStep(t, m, "network", "network.check/reopen")
	m = k.tap("resolved")
	wantStep(t, m, "network", "")
	wantChoices(t, m, "flow.check", "flow.no_check", "not_resolved", "agent")
	m = k.tap("flow.check")
	wantEvents(t, k, "checked", "flow_ended", "resolved", "fix_confirmed")
	if m.About.Decision != bot.Eligible {
		t.Errorf("decision %s", m.About.Decision)
	}
	i := slices.IndexFunc(k.turn.Events, func(e bot.Event) bool { return e.Kind() == "fix_confirmed" })
	got := k.turn.Events[i].(bot.FixConfirmed)
	if got.Cause != "technical.network" || got.Before != bot.Ineligible || got.After != bot.Eligible || !slices.Contains(got.Fixes, "network.check") {
		t.Errorf("confirmed %+v", got)
	}
}

func TestFlowIsExhausted(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	m := k.tap("answer:no")
	wantStep(t, m, "network", "network/restart") // jumps over the fix
	m = k.tap("step.failed")
	wantSaid(t, m, "电量太低")
	wantStep(t, m, "version", "version/update") // not for iOS: nobody said which phone it is
	wantEvents(t, k, "flow_ended", "flow_started")
	m = k.tap("step.failed")
	wantEvents(t, k, "flow_ended")
	if got := choices(m); got[0] != "agent" || slices.ContainsFunc(got, func(id string) bool { return strings.HasPrefix(id, "flow:") }) {
		t.Errorf("offers %v after everything was tried", got)
	}
	m = k.say("为什么借呗开通不了")
	if slices.Contains(choices(m), "flow:network") {
		t.Error("a flow that ended is offered again")
	}
}

func TestFlowInterrupted(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	k.tap("answer:yes")
	m := k.say("开通借呗要什么条件")
	if m.About.Intent != "how.requirements" {
		t.Fatalf("intent %s", m.About.Intent)
	}
	wantChoices(t, m, "flow.resume")
	m = k.tap("flow.resume")
	wantStep(t, m, "network", "network.check/vpn_off")
	m = k.say("谢谢")
	wantChoices(t, m, "flow.resume")
	m = k.say("还是不行") // said of the step: small talk is no other subject
	wantStep(t, m, "network", "network.check/mobile_data")
}

func TestFlowRemembersWhatWasTried(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	k.tap("answer:yes")
	for range 3 {
		k.tap("step.skip")
	}
	m := k.say("借呗提示网络异常开不了")
	for _, block := range m.Blocks {
		if block.Source == "fix:network.check" {
			t.Errorf("offers again what is behind them: %s", words(m))
		}
	}
}

func TestFlowStaleTap(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	first := k.tap("answer:yes")
	k.tap("step.tried")
	m := k.answer(bot.Say{Choice: &bot.ChoiceRef{Message: first.ID, Choice: "step.tried"}})
	wantStep(t, m, "network", "network.check/mobile_data") // said of a step that is behind them
}

func TestFlowUnconfirmed(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	k.tap("resolved")
	m := k.tap("flow.check")
	if slices.ContainsFunc(k.turn.Events, func(e bot.Event) bool { return e.Kind() == "fix_confirmed" }) {
		t.Error("confirmed what the check still returns")
	}
	wantSaid(t, m, "网络环境问题")
	wantChoices(t, m, "agent")
}

func TestFlowWhenEligible(t *testing.T) {
	t.Parallel()
	k := journey(t, bot.Verdict{Decision: bot.Eligible})
	wantChoices(t, k.say("为什么借呗开通不了"), "flow:network")
}

func TestNoFlowBesideTheNeutralRefusal(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("REVIEW_NOT_PASSED"))
	m := k.say("是不是网络问题，借呗开不了")
	for _, id := range choices(m) {
		if strings.HasPrefix(id, "flow:") {
			t.Errorf("%s is offered for a guess", id)
		}
	}
}

func TestFlowStopsUnderAge(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	k.say("我今年17岁")
	m := k.say("继续")
	if m.About.Step != "" {
		t.Errorf("goes on with steps: %s", words(m))
	}
}

// Who is being guided finishes on the edition they began with.
func TestFlowKeepsItsEdition(t *testing.T) {
	t.Parallel()
	k := journey(t, refused("NETWORK_PROXY"))
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	files := flows()
	files["flows/network.yaml"] = strings.ReplaceAll(files["flows/network.yaml"], "重启手机。", "换一部手机。")
	edition := k.library.Latest()
	edition.ID, edition.Base = "2", guided(t, files)
	k.library.Publish(edition)
	wantSaid(t, k.tap("answer:no"), "重启手机")
	k.conv = "c_2"
	k.say("为什么借呗开通不了")
	k.tap("flow:network")
	wantSaid(t, k.tap("answer:no"), "换一部手机")
}
