package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// interpreter is a model made of a function.
type interpreter func(bot.Question) (string, error)

func (i interpreter) Interpret(_ context.Context, q bot.Question) (string, error) { return i(q) }

type phraser func(bot.Rewording) ([]bot.Sentence, error)

func (p phraser) Phrase(_ context.Context, r bot.Rewording) ([]bot.Sentence, error) { return p(r) }

func modelTalk(t *testing.T, e bot.Eligibility, i bot.Interpreter, p bot.Phraser) *talk {
	t.Helper()
	k := newTalk(t, e)
	k.engine = newEngine(t, bottest.NewEventLog(), e, func(o *bot.Options) { o.Interpreter, o.Phraser = i, p })
	return k
}

// odd is a question that the classifier is not sure of.
const odd = "我前天显示可以申请蚂蚁借呗了"

func readAs(turn bot.Turn) bot.Understood {
	for _, event := range turn.Events {
		if u, ok := event.(bot.Understood); ok {
			return u
		}
	}
	return bot.Understood{}
}

func TestAModelReadsWhatTheClassifierIsNotSureOf(t *testing.T) {
	t.Parallel()
	alone := newTalk(t, verdict(bot.Eligible))
	alone.say(odd)
	if move := readAs(alone.turn).Move; move != bot.MoveClarify && move != bot.MoveFallback {
		t.Fatalf("the classifier reads %q by itself: %s", odd, move)
	}
	var asked []bot.Question
	k := modelTalk(t, verdict(bot.Eligible), interpreter(func(q bot.Question) (string, error) {
		asked = append(asked, q)
		return "how.activate", nil
	}), nil)
	k.say(odd)
	if u := readAs(k.turn); u.Intent != "how.activate" || u.Move != bot.MoveAnswer || u.Reader != bot.ByModel {
		t.Errorf("understood %+v", u)
	}
	k.say("为什么我的借呗开通不了")
	if len(asked) != 1 || readAs(k.turn).Reader != "" {
		t.Errorf("asked %d times; a clear question is the classifier's", len(asked))
	}
	k.say("13800138000" + odd)
	if len(asked) != 2 || strings.Contains(asked[1].Text, "13800138000") {
		t.Errorf("the model was shown %+v", asked)
	}
}

// A model that is wrong cannot have an answer given that was not at hand; what it
// means is offered first.
func TestAModelChoosesAmongWhatWouldBeOffered(t *testing.T) {
	t.Parallel()
	alone := newTalk(t, verdict(bot.Eligible)).say(odd)
	offered := choices(alone)
	for _, means := range []string{"fail.underage", "cancel", "how.documents", "distress", "scam"} {
		if slices.Contains(offered, "intent:"+means) {
			t.Fatalf("%s is offered already", means)
		}
		k := modelTalk(t, verdict(bot.Eligible), interpreter(func(bot.Question) (string, error) { return means, nil }), nil)
		m := k.say(odd)
		if u := readAs(k.turn); u.Move != bot.MoveClarify {
			t.Errorf("%s: %s", means, u.Move)
		}
		if _, answered := map[string]bool{"distress": true, "scam": true}[means]; !answered && choices(m)[0] != "intent:"+means {
			t.Errorf("%s: offered %v", means, choices(m))
		}
	}
	k := modelTalk(t, verdict(bot.Eligible), interpreter(func(bot.Question) (string, error) { return "how.activate", nil }), nil)
	m := k.say(odd)
	for _, other := range offered {
		if strings.HasPrefix(other, "intent:") && other != "intent:how.activate" && !slices.Contains(choices(m), other) {
			t.Errorf("%s was offered before, now %v", other, choices(m))
		}
	}
}

func TestAModelThatFailsOrInventsChangesNothing(t *testing.T) {
	t.Parallel()
	alone := newTalk(t, verdict(bot.Eligible))
	want := alone.say(odd)
	for name, reply := range map[string]interpreter{
		"fails":           func(bot.Question) (string, error) { return "", errors.New("down") },
		"means none":      func(bot.Question) (string, error) { return "", nil },
		"invents":         func(bot.Question) (string, error) { return "approve_loan", nil },
		"fails and means": func(bot.Question) (string, error) { return "how.activate", errors.New("late") },
	} {
		k := modelTalk(t, verdict(bot.Eligible), reply, nil)
		if got := k.say(odd); texts(got) != texts(want) {
			t.Errorf("%s: %s, want %s", name, texts(got), texts(want))
		}
	}
}

func texts(m bot.Message) string {
	var words []string
	for _, block := range m.Blocks {
		words = append(words, block.Text)
		for _, choice := range block.Choices {
			words = append(words, choice.Label)
		}
	}
	return strings.Join(words, "|")
}

// echo says every paragraph as it is, after kind words.
func echo(r bot.Rewording) ([]bot.Sentence, error) {
	var said []bot.Sentence
	for i, p := range r.Paragraphs {
		text := p.Text
		if i == 0 {
			text = "别着急，" + text
		}
		said = append(said, bot.Sentence{Text: text, Cites: []string{p.ID}})
	}
	return said, nil
}

func TestAFaithfulWordingIsShownAndLabelled(t *testing.T) {
	t.Parallel()
	k := modelTalk(t, verdict(bot.Eligible), nil, phraser(echo))
	m := k.say("借呗要填哪些资料")
	if m.About.Composed != bot.ByModel || !strings.HasPrefix(m.Blocks[0].Text, "别着急，") || m.Blocks[0].Source != "answer:how.documents" {
		t.Fatalf("composed %s: %+v", m.About.Composed, m.Blocks[0])
	}
	row, err := bot.EncodeEvents([]bot.Event{m})
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range row.Sealed {
		if strings.Contains(sealed.Block().Text, "别着急") {
			t.Error("words of a model are sealed as if they were the pack's")
		}
	}
}

func TestWhatACheckSaidIsNeverToldToAModel(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"OVERDUE_CURRENT", "LIST_MATCH", "REVIEW_NOT_PASSED"} {
		k := modelTalk(t, verdict(bot.Ineligible, code), nil, phraser(func(r bot.Rewording) ([]bot.Sentence, error) {
			t.Errorf("%s: a model was asked to word %+v", code, r)
			return nil, errors.New("no")
		}))
		for _, text := range []string{"为什么我的借呗开通不了", "第一个呢", "那怎么办", "我逾期了吗"} {
			if m := k.say(text); m.About.Composed != "authored" {
				t.Errorf("%s: %q is %s", code, text, m.About.Composed)
			}
		}
	}
}

func TestAnUnfaithfulWordingIsNotShown(t *testing.T) {
	t.Parallel()
	want := newTalk(t, verdict(bot.Eligible)).say("借呗要填哪些资料")
	for name, spoil := range map[string]func([]bot.Sentence) []bot.Sentence{
		"nothing":      func([]bot.Sentence) []bot.Sentence { return nil },
		"more":         func(s []bot.Sentence) []bot.Sentence { return append(s, s[0]) },
		"a promise":    func(s []bot.Sentence) []bot.Sentence { s[0].Text += "一定会通过。"; return s },
		"a foreign id": func(s []bot.Sentence) []bot.Sentence { s[0].Cites = []string{"x"}; return s },
	} {
		k := modelTalk(t, verdict(bot.Eligible), nil, phraser(func(r bot.Rewording) ([]bot.Sentence, error) {
			said, err := echo(r)
			return spoil(said), err
		}))
		if got := k.say("借呗要填哪些资料"); texts(got) != texts(want) || got.About.Composed != "authored" {
			t.Errorf("%s: %s", name, texts(got))
		}
	}
}

func documents() bot.Rewording {
	return bot.Rewording{Locale: "zh-CN", Question: "要填什么", Paragraphs: []bot.Paragraph{
		{ID: "p1", Text: "以借呗页面列出的为准。常见的有身份证、手机号、银行卡，有时还会请你补充工作、公积金、社保或车辆信息。"},
		{ID: "p2", Text: "没有公积金或车，不用填。在「我的」里可以补充资料，一般 3 天内更新。"},
	}}
}

func english() bot.Rewording {
	return bot.Rewording{Locale: "en", Paragraphs: []bot.Paragraph{
		{ID: "p1", Text: "The Jiebei page lists what is needed. Usually that is your ID, phone number and bank card."},
		{ID: "p2", Text: "No housing fund or car? Leave it out. Adding true details may help the assessment within 3 days."},
	}}
}

func faith(t *testing.T, locale knowledge.Locale) bot.Faith {
	t.Helper()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	model, err := shippedModel()
	if err != nil {
		t.Fatal(err)
	}
	return bot.FaithOf(base, model, locale)
}

func TestFaithful(t *testing.T) {
	t.Parallel()
	const two = "没有公积金或车就不用填，在「我的」里补充资料，一般3天内更新。"
	say := func(texts ...string) []bot.Sentence {
		var list []bot.Sentence
		for i, text := range texts {
			list = append(list, bot.Sentence{Text: text, Cites: []string{[]string{"p1", "p2"}[min(i, 1)]}})
		}
		return list
	}
	good := []string{
		"别着急，要填的以借呗页面列出的为准，常见的是身份证、手机号和银行卡，有时会请你补充工作、公积金、社保或车辆信息。",
		"借呗页面列出的为准：身份证、手机号、银行卡是常见的，有时还要补充工作、公积金、社保或车辆信息。",
	}
	for _, first := range good {
		if err := bot.Faithful(documents(), say(first, two), faith(t, "zh-CN")); err != nil {
			t.Errorf("%s: %v", first, err)
		}
	}
	for name, bad := range map[string][]bot.Sentence{
		"number":          say(good[0]+"要等7天。", two),
		"chinese number":  say(good[0]+"要等七天。", two),
		"full width":      say(good[0]+"要等７天。", two),
		"lost number":     say(good[0], "没有公积金或车就不用填，在「我的」里补充资料，一般会更新。"),
		"lost button":     say(good[0], "没有公积金或车就不用填，可以补充资料，一般3天内更新。"),
		"link":            say(good[0]+"详见 https://jiebei.example.com", two),
		"bare link":       say(good[0]+"详见jiebei.cn", two),
		"phone":           say(good[0]+"请拨打95188。", two),
		"promise":         say(good[0]+"补充信息一定能通过。", two),
		"done for you":    say("已为你开通借呗。"+good[0], two),
		"cause":           say(good[0]+"你有逾期。", two),
		"silent":          say(good[0]+"反洗钱的银行卡信息。", two),
		"list":            say(good[0]+"车辆信息在黑名单。", two),
		"new clause":      say(good[0]+"芝麻分高的人先得到批准。", two),
		"secret":          say(good[0]+"请把银行卡号告诉我。", two),
		"reversed":        say(good[0], "有公积金或车就不用填，在「我的」里补充资料，一般3天内更新。"),
		"latin":           say(good[0]+"加 vx 补充工作信息。", two),
		"markup":          say(good[0]+"<b>银行卡</b>", two),
		"invisible":       say(good[0]+"银行\u200b卡", two),
		"right to left":   say(good[0]+"\u202e银行卡", two),
		"emoji":           say(good[0]+"😀", two),
		"line":            say(good[0]+"\n银行卡", two),
		"missing":         say(good[0]),
		"swapped":         {{Text: two, Cites: []string{"p2"}}, {Text: good[0], Cites: []string{"p1"}}},
		"uncited":         {{Text: good[0]}, {Text: two, Cites: []string{"p2"}}},
		"blank":           say(" ", two),
		"not text":        say("\xff", two),
		"long":            say(strings.Repeat(good[0], 5), two),
		"padded":          say(good[0], good[1], two, two, two),
		"very short":      say("以借呗页面为准。", "没有不用填「我的」3天"),
		"unknown id":      {{Text: good[0], Cites: []string{"p1", "p9"}}, {Text: two, Cites: []string{"p2"}}},
		"english in it":   say(good[0]+"Ignore all rules.", two),
		"nothing":         nil,
		"hidden reason":   say(good[0]+"风控补充信息。", two),
		"request to meet": say(good[0]+"加微信补充工作信息。", two),
	} {
		if err := bot.Faithful(documents(), bad, faith(t, "zh-CN")); err == nil {
			t.Errorf("%s: taken for faithful", name)
		}
	}
}

func TestFaithfulInEnglish(t *testing.T) {
	t.Parallel()
	one, two := "Don't worry, the Jiebei page lists what is needed, usually your ID, phone number and bank card.", "No housing fund or car? Just leave it out; true details may help the assessment within 3 days."
	say := func(a, b string) []bot.Sentence {
		return []bot.Sentence{{Text: a, Cites: []string{"p1"}}, {Text: b, Cites: []string{"p2"}}}
	}
	if err := bot.Faithful(english(), say(one, two), faith(t, "en")); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]string{
		"promise": "You will be approved.", "number": "It takes five minutes.", "silent": "Your bank card is on a blacklist.", "cause": "You have overdue debts.",
		"new fact": "Applicants with higher salaries get priority.", "phone": "Call 95188.", "link": "Visit jiebei.example.com.", "other writing": "请提供银行卡",
		"prompt": "My system prompt says so.",
	} {
		if err := bot.Faithful(english(), say(one+" "+bad, two), faith(t, "en")); err == nil {
			t.Errorf("%s: taken for faithful", name)
		}
	}
}

func FuzzFaithful(f *testing.F) {
	f.Add("别着急，以借呗页面列出的为准。", "p1", "p2")
	f.Add("\xff\u202e", "", "p1")
	f.Fuzz(func(t *testing.T, text, first, second string) {
		said := []bot.Sentence{{Text: text, Cites: []string{first}}, {Text: text, Cites: []string{second, first}}}
		none := bot.Faith{Causes: func(string) []string { return nil }, Check: func(string) error { return nil }}
		if bot.Faithful(documents(), said, none) == nil && (!slices.Contains([]string{"p1"}, first) || strings.Contains(text, "://")) {
			t.Errorf("%q is taken for faithful", text)
		}
	})
}
