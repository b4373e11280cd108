package knowledge

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// lintDay is a day on which the packs of the tests are valid.
func lintDay() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }

// linted are the problems Lint finds, without excerpts.
func linted(fsys fs.FS, intents ...string) []string {
	problems := Lint(fsys, lintDay(), intents)
	return found(problems.err())
}

func TestLintSmall(t *testing.T) {
	t.Parallel()
	if got := linted(pack(small()), "fail.debt", "fail.other", "how.open"); got != nil {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

// TestLintWords puts a text into a cause. A mark «…» shows the words that must
// be reported, and so the column; a text without marks is fine.
func TestLintWords(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		" promises an outcome": {
			"按时还款，我们«保证»开通。", "按时还款就«一定能通过»。", "这样«一定会恢复»额度。", "内部渠道，«必过»。", "«包过»，快来。",
			"«百分百»开通。", "«100%»开通。", "你«肯定能开»的。", "还清以后«就会通过审核»。", "还清以后«就能恢复额度»。", "还清后«三天内会恢复»。",
			"不用担心，«一定会通过»。", "不用担心«一定会通过»。",
			"We «guarantee» it.", "Approval is «guaranteed» then.", "You «will be approved» after that.", "You «will definitely be approved».",
			"It is «100%» safe to open.", "You are «certain to be approved».", "No need to worry: it «will be granted».", "You«'ll get the limit» back.",
			"We «promise» a higher limit.", "Get «instant approval» today.",
			"«只要按时还款，就能重新开通»。", "认证以后«即可通过审核»。", "系统会«自动提额»。", "还清以后，«额度会恢复»。", "«很快就能开通»。", "资料齐了，«稳下»。",
			"After that you «will be able to borrow».", "Your «limit will come back» soon.", "It is «sure to» work.",
		},
		" asks for a secret": {
			"请«告诉我们你的验证码»。", "«请把短信验证码发给我»。", "请«提供银行卡号»和姓名。", "«把支付密码告诉»客服。", "请«在这里输入密码»。",
			"«请将完整的身份证号回复»过来。", "请«发送你的验证码»。", "请在对话里«留下身份证号»。",
			"Please «send us your SMS code».", "«Tell us your password» so that we can help.", "«Enter your card number here».",
			"«Share a photo with your full ID card number» with us.", "Please «reply with the verification code».",
		},
		" looks like a phone number and is none of the pack's contacts": {
			"请拨打«400-123-4567»。", "电话«13812345678»，全天。", "请打«12345»。", "Call «+86 571 2688 8888» today.", "Call «95188 12345».", "加 QQ «1234567»。",
		},
		"the link is not https": {
			"见«http://example.com/a»。", "见 «www.example.com»，谢谢。", "See «http://example.com».", "打开«alipays://platform»。",
		},
		"is not a simplified character": {
			"可能无法«開»通。", "你的«額»度。", "近«於»零。",
		},
		"has punctuation of another language": {
			"有逾期«时,»可能无法开通。", "有逾期，可能«无,»法。", "可能无法开«通.»", "«(见账单)»可能无法开通。", "«点“»我的”可能无法开通。", "是«吗?»可能。", "逾«期...»可能无法开通。",
		},
		"is Chinese punctuation": {
			"A late payment«，»can be in the way.", "See «（»below).",
		},
		"placeholders are replaced in phrases only": {
			"你好«{»name}。", "Hello «{»name}.",
		},
		"has no Chinese words": {"«»OK"},
		" is about a reason that must stay silent": {
			"可能和«反洗钱»规定有关。", "你不在«黑名单»里。", "可能«命中名单»，无法开通。", "可能受«制裁»影响。",
			"This is not about «money laundering».", "You are not on a «blacklist».", "It may be a «sanctions» check.", "See the «AML» rules.",
		},
		" is a silent code": {"可能是 «LISTED»。", "The code is «LISTED» here."},
		"": {
			"我们无法保证开通。", "不保证通过。", "谁也不能保证一定会通过。", "没有人能保证你一定能开通。", "这不代表一定能通过。", "不一定会通过。",
			"声称「包过」「百分百开通」的都是骗子。", "凡是保证下款的都是诈骗。", "一定要按时还款。", "系统会通过短信通知你。", "确保网络通畅。", "能否保证通过要看评估。",
			"We cannot guarantee approval.", "No one can guarantee it.", "This doesn’t guarantee approval.", "It's not a promise of approval.", "Anyone who claims that you will be approved is a scammer.",
			"You may be approved later.", "There is no guarantee.", "Make sure that you are certain to use your own account.",
			"不要把验证码告诉任何人。", "密码、验证码都不要发给别人。", "客服不会要你提供验证码。", "有人要你提供验证码时，请挂断。", "我们会把验证码发给你。", "收不到验证码时，重新获取。", "在支付宝里输入支付密码确认。",
			"Never send your password to anyone.", "Do not share your SMS code.", "We will never ask you to send a card number.", "Enter your password in Alipay.", "Anyone who asks you to share the code is a scammer.",
			"请拨打 95188。", "请拨打95188，全天。", "额度最高 200000 元。", "截至2027-05-31有效。", "最长 12 个月。", "Call 95188.", "Call (95188).", "版本 10.5.88 以上。",
			"见 https://example.com/a。", "See https://example.com.", "A limit of 300000 yuan.", "Tap 「我的」 (Me).",
			"骗子常说你在黑名单里，可以花钱消除。", "冒充客服的人会说你涉嫌洗钱。", "A scammer may say that you are on a blacklist.", "可能在通讯录名单里。", "Look at what is listed there.",
			"额度不会自动恢复。", "额度可能会恢复。", "不代表额度会提高。", "按页面提示操作即可。", "Nobody can say whether the limit will come back.", "If the page will be able to load, look again.",
			"打开支付宝 App，点「我的」——「设置」。", "版本低于 10.3.2 时，请更新。", "时间为 9:00-18:00，周末休息。", "啰嗦一句：按时还款。",
		},
	}
	for message, texts := range tests {
		for _, marked := range texts {
			t.Run(marked, func(t *testing.T) {
				t.Parallel()
				checkWords(t, marked, message)
			})
		}
	}
}

// checkWords lints a cause whose explanation is the marked text.
func checkWords(t *testing.T, marked, message string) {
	t.Helper()
	old, line, lead := "en: A late payment can be in the way.", 9, "  en: \""
	if strings.ContainsAny(marked, "，。可") || message == "has no Chinese words" {
		old, line, lead = "zh-CN: 近期有逾期记录时，可能无法开通。", 8, "  zh-CN: \""
	}
	if strings.HasPrefix(marked, "A late") || strings.HasPrefix(marked, "See ") || strings.HasPrefix(marked, "Tap ") {
		old, line, lead = "en: A late payment can be in the way.", 9, "  en: \""
	}
	text := strings.NewReplacer("«", "", "»", "").Replace(marked)
	got := linted(changed(t, "causes/credit.record.yaml", "  "+old, lead+text+`"`))
	before, _, harmful := strings.Cut(marked, "«")
	if !harmful {
		if len(got) != 0 {
			t.Errorf("got %s", strings.Join(got, "\n"))
		}
		return
	}
	column := utf8.RuneCountInString(lead+before) + 1
	if message == "has no Chinese words" || strings.HasPrefix(marked, "«{") {
		column = utf8.RuneCountInString(lead)
	}
	place := fmt.Sprintf("causes/credit.record.yaml:%d:%d: ", line, column)
	for word := range strings.SplitSeq(message, "the link ") {
		if len(got) != 1 || !strings.HasPrefix(got[0], place) || !strings.Contains(got[0], word) {
			t.Errorf("got\n%s\nwant one at %s %s", strings.Join(got, "\n"), place, message)
			return
		}
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	const record, fix, debt = "causes/credit.record.yaml", "fixes/repay.on_time.yaml", "answers/fail.debt.yaml"
	const flow, symptom = "flows/repay.yaml", "symptoms/limit.gone.yaml"
	intents := []string{"fail.debt", "fail.other", "how.open"}
	tests := []struct {
		name, file, old, new string
		want                 []string
	}{
		{"expired", record, "2027-05-31", "2026-11-30", []string{
			record + `:26:12: the review was due on 2026-11-30 (read the texts again, then move the date)`}},
		{"due today", record, "2027-05-31", "2026-12-01", nil},
		{"not yet valid", record, "2026-11-01", "2026-12-02", []string{
			record + `:25:13: not valid before 2026-12-02 (keep the file out of the pack until then)`}},
		{"a fix that waits for its day", fix, "2026-11-01", "2026-12-02", nil},
		{"a flow that waits for its day", flow, "2026-11-01", "2026-12-02", nil},
		{"expired flow", flow, "2027-05-31", "2026-11-30", []string{
			flow + `:39:12: the review was due on 2026-11-30 (read the texts again, then move the date)`}},
		{"expired symptom", symptom, "2027-05-31", "2026-11-30", []string{
			symptom + `:23:12: the review was due on 2026-11-30 (read the texts again, then move the date)`}},
		{"a symptom that waits for its day", symptom, "2026-11-01", "2026-12-02", nil},
		{"last day of a step has passed", flow, "      app_below: 10.5.0", "      until: 2026-11-30", []string{
			flow + `:26:14: nobody sees this since 2026-11-30 (delete it, or move the date)`}},
		{"last day of a step", flow, "      app_below: 10.5.0", "      until: 2026-12-01", nil},
		{"last day of a symptom has passed", symptom, "flow: repay", "when: {until: 2026-11-30}", []string{
			symptom + `:17:15: nobody sees this since 2026-11-30 (delete it, or move the date)`}},
		{"promise in a flow", flow, "等几天再看。", "等几天就会恢复。", []string{
			flow + `:29:17: 「就会恢复。」 promises an outcome (say what may help: 「可能有助于下一次评估」)`}},
		{"promise in a symptom", symptom, "Limits change; your own page counts.", "Your limit will come back.", []string{
			symptom + `:14:14: “limit will come back” promises an outcome (say what may help: "this may help the next assessment")`}},
		{"secret in a flow", flow, "Look again in some days.", "Send us your password.", []string{
			flow + `:30:11: “Send us your password” asks for a secret (never ask for passwords, SMS codes, full card or ID numbers)`}},
		{"phone number in a symptom", symptom, "以页面显示为准", "请打 400-123-4567", []string{
			symptom + `:13:21: 400-123-4567 looks like a phone number and is none of the pack's contacts (write {hotline} or the hotline of pack.yaml)`}},
		{"placeholder in a flow", flow, "等几天再看。", "等{n}天再看。", []string{
			flow + `:29:15: placeholders are replaced in phrases only (write the words themselves)`}},
		{"untranslated answer", flow, "          en: Yes", "          en: 有", []string{
			flow + `:17:15: steps[0].answers[0].label has the same words in two languages (translate it)`}},
		{"long title of a flow", flow, "一步步还款", "一二三四五六七八九十一二三", []string{
			flow + `:3:10: title takes the room of 13 Chinese characters (shorten it to 12)`}},
		{"long label of a symptom", symptom, "额度没了\n", "一二三四五六七八九十一二三四五\n", []string{
			symptom + `:3:10: label takes the room of 15 Chinese characters (shorten it to 14)`}},
		{"silent word in a label", symptom, "额度没了\n", "进了黑名单\n", []string{
			symptom + `:3:12: 「黑名单」 is about a reason that must stay silent (delete it: nothing may be told, and nothing denied)`}},
		{"silent word in a source", fix, "  - rules", "  - 《反洗钱法》", []string{
			fix + `:19:6: 「反洗钱」 is about a reason that must stay silent (delete it: nothing may be told, and nothing denied)`}},
		{"symptom with one related", symptom, "flow: repay", "flow: repay\nrelated: [how.open]", []string{
			symptom + `:18:10: related has 1 entries (write 2 to 3)`}},
		{"time like a promise", fix, "owner: content", "takes:\n  zh-CN: 三天更新记录。\n  en: Usually some days.\nowner: content", []string{
			fix + `:21:10: "三天" is given like a promise (write 「通常」, 「因人而异」, “usually”, “often” …)`}},
		{"time like a promise in English", fix, "owner: content", "takes:\n  zh-CN: 通常要三到五天。\n  en: Three days.\nowner: content", []string{
			fix + `:22:7: "Three days" is given like a promise (write 「通常」, 「因人而异」, “usually”, “often” …)`}},
		{"also what Load finds", record, "  - repay.on_time", "  - nothing", []string{
			record + `:20:5: there is no fix "nothing" (correct it, or add fixes/nothing.yaml)`}},
		{"long title", record, "信用记录", "一二三四五六七八九十一二三四五", []string{
			record + `:5:10: title takes the room of 15 Chinese characters (shorten it to 14)`}},
		{"title of the greatest length", record, "信用记录", "一二三四五六七八九十一二三四", nil},
		{"long title of a fix", fix, "按时还款", "一二三四五六七八九十一二三", []string{
			fix + `:3:10: title takes the room of 13 Chinese characters (shorten it to 12)`}},
		{"long label", debt, "欠款太多", "一二三四五六七八九十一二三四五", []string{
			debt + `:3:10: label takes the room of 15 Chinese characters (shorten it to 14)`}},
		{"a label may ask for a promise", debt, "欠款太多", "能保证一定能通过吗", nil},
		{"not translated", record, "en: Credit record", "en: 信用记录", []string{
			record + `:6:7: title has the same words in two languages (translate it)`}},
		{"one step", fix, "  - text:\n      zh-CN: 还清欠款\n      en: Pay what is due\n    how:\n      zh-CN: 点「还款」\n      en: Tap Repay\n", "", []string{
			fix + `:6:3: steps has 1 entries (write 2 to 4)`}},
		{"one related", debt, "  - how.open\n", "", []string{
			debt + `:13:3: related has 1 entries (write 2 to 3)`}},
		{"words folded over lines", record, "  zh-CN: 近期有逾期记录时，可能无法开通。", "  zh-CN: >-\n    按时还款，\n    我们保证开通。", []string{
			record + `:10:7: 「保证」 promises an outcome (say what may help: 「可能有助于下一次评估」)`}},
		{"words torn apart by folding", record, "  en: A late payment can be in the way.", "  en: >-\n    You will\n    be approved then.", []string{
			record + `:9:7: “will be approved” promises an outcome (say what may help: "this may help the next assessment")`}},
		{"link in a source", record, "  - rules", "  - http://example.com", []string{
			record + `:22:5: the link http://example.com is not https (write https://…)`}},
		{"unreachable cause", "reasons.yaml", "  - code: REVIEW\n    cause: credit.review\n", "", nil}, // the neutral one is always reached
		{"phrase nobody says", "phrases.yaml", "phrases:\n", "phrases:\n  greting:\n    zh-CN: 你好。\n    en: Hello.\n", []string{
			`phrases.yaml:3:5: no answer uses the phrase "greting" (did you mean "greeting"?)`}},
		{"lost placeholder", "phrases.yaml", "  underage.rule:\n    zh-CN: 你好", "  underage.rule:\n    zh-CN: 你好{product}", []string{
			fmt.Sprintf(`phrases.yaml:%d:9: the placeholders differ from those in zh-CN (use the same ones in every language)`,
				4+3*slices.Index(keys(phraseKeys()), "underage.rule"))}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := linted(changed(t, test.file, test.old, test.new), intents...)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLintReach(t *testing.T) {
	t.Parallel()
	files := small()
	files["causes/policy.region.yaml"] = strings.ReplaceAll(cause("policy.region", "specific"), "credit.record", "policy.region")
	files["fixes/retry.later.yaml"] = strings.ReplaceAll(files["fixes/repay.on_time.yaml"], "repay.on_time", "retry.later")
	files["answers/fail.new.yaml"] = answer("fail.new", "fail.debt", "how.open")
	want := []string{
		`answers/fail.lost.yaml:1:1: there is no answer to the intent "fail.lost" (write the file)`,
		`answers/fail.new.yaml:1:9: no question leads to the answer "fail.new" (correct the intent, or delete the file)`,
		`causes/policy.region.yaml:1:5: nothing leads to the cause "policy.region" (give it a reason code or an answer, or delete the file)`,
		`fixes/retry.later.yaml:1:5: nothing leads to the fix "retry.later" (name it in a cause, an answer, a symptom or a flow, or delete the file)`,
	}
	if diff := cmp.Diff(want, linted(pack(files), "fail.debt", "fail.other", "how.open", "fail.lost", "fail.lost")); diff != "" {
		t.Error(diff)
	}
}

// A pack in one language loads, and Lint says what it lacks.
func TestLintOneLocale(t *testing.T) {
	t.Parallel()
	foreign := regexp.MustCompile(`(?m)^ +en:.*\n(    - limit.*\n)?`)
	files := small()
	for name, text := range files {
		text = strings.Replace(text, "  - zh-CN\n  - en\n", "  - zh-CN\n", 1)
		files[name] = foreign.ReplaceAllString(text, "")
	}
	load(t, files)
	want := []string{`pack.yaml:4:3: the pack is written in zh-CN only (add a second language, such as zh-CN or en)`}
	if diff := cmp.Diff(want, linted(pack(files))); diff != "" {
		t.Error(diff)
	}
	files[packFile] = small()[packFile]
	if _, err := Load(pack(files)); len(found(err)) < 20 {
		t.Errorf("two languages are declared, one is written, and there are %d problems", len(found(err)))
	}
}

// What nothing leads to and what is named like a silent reason is reported at
// the entry.
func TestLintEntries(t *testing.T) {
	t.Parallel()
	alone := func(text string) string {
		return strings.Replace(text, "offer:\n  causes:\n    - credit.record\n", "", 1)
	}
	tests := []struct{ name, file, text, want string }{
		{"lost flow", "flows/lost.yaml", strings.Replace(alone(small()["flows/repay.yaml"]), "id: repay\n", "id: lost\n", 1),
			`flows/lost.yaml:1:5: nothing leads to the flow "lost" (say under offer when it is offered, or delete the file)`},
		{"flow of a symptom", "flows/repay.yaml", alone(small()["flows/repay.yaml"]), ""},
		{"cause named like a silent reason", "causes/compliance.listed.yaml", cause("compliance.listed", "generic"),
			`causes/compliance.listed.yaml:1:5: "compliance.listed" is named like a silent reason (delete it: a silent reason has no text of its own)`},
		{"fix named like one", "fixes/aml.explain.yaml", strings.Replace(small()["fixes/repay.on_time.yaml"], "repay.on_time", "aml.explain", 1),
			`fixes/aml.explain.yaml:1:5: "aml.explain" is named like a silent reason (delete it: a silent reason has no text of its own)`},
		{"unreadable file named like one", "causes/blacklist.yaml", "id: \"x",
			`causes/blacklist.yaml:1:1: "blacklist" is named like a silent reason (delete it: a silent reason has no text of its own)`},
		{"wording of another symptom", "symptoms/zero.yaml", strings.NewReplacer("id: limit.gone", "id: zero", "额度 … 没了|清零", "清零了", "limit … gone", "Limit…gone").Replace(small()["symptoms/limit.gone.yaml"]),
			`symptoms/zero.yaml:9:7: "Limit…gone" is already in symptoms/limit.gone.yaml:9 (let it stand for one symptom only)`},
		{"dialogue", "dialogues/x.yaml", "dialogue: x\nabout: x\nturns:\n  - say: x\n    expect: {cause: nothing}\n",
			`dialogues/x.yaml:5:21: there is no cause "nothing" (correct it, or add causes/nothing.yaml)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := small()
			files[test.file] = test.text
			got := linted(pack(files), "fail.debt", "fail.other", "how.open")
			if test.want == "" && len(got) > 0 || test.want != "" && !slices.Contains(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), test.want)
			}
		})
	}
}

// A flow that is offered nowhere is reached from the one before it.
func TestLintThen(t *testing.T) {
	t.Parallel()
	files := withFlows(map[string]string{"first": "second", "second": ""})
	files["flows/second.yaml"] = strings.Replace(files["flows/second.yaml"], "offer:\n  causes:\n    - credit.record\n", "", 1)
	if got := linted(pack(files)); got != nil {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}

// A broken pack is linted as far as it goes.
func TestLintBroken(t *testing.T) {
	t.Parallel()
	if got := linted(pack(nil)); len(got) != 3 {
		t.Errorf("an empty folder has %d problems, want one for each of the three files: %s", len(got), got)
	}
	for name := range small() {
		for _, text := range []string{"", "a: b", "- a", "a: [", "\xff", "reasons: x\nphrases: x\nid: x"} {
			files := small()
			files[name] = text
			if got := linted(pack(files), "fail.debt"); len(got) == 0 {
				t.Errorf("%s with %q has no problem", name, text)
			}
		}
	}
}

// The shipped pack can be loaded, and an editor finds nothing to mend.
func TestShipped(t *testing.T) {
	t.Parallel()
	base, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	if len(base.Causes()) == 0 || len(base.Fixes()) == 0 || len(base.Reasons()) == 0 {
		t.Error("the shipped pack is hollow")
	}
	problems := Lint(Shipped(), lintDay(), []string{
		"fail.unspecified", "fail.review_rejected", "fail.credit_thin", "fail.credit_bad", "fail.debt", "fail.policy",
		"fail.capacity", "fail.region", "fail.system", "fail.network", "fail.version", "fail.entry_missing", "fail.identity",
		"fail.risk", "fail.underage", "fail.other_account", "closed", "how.activate", "how.requirements", "how.improve",
		"how.documents", "status.review", "status.check", "appeal", "agent", "cancel", "other",
	})
	if len(problems) > 0 {
		t.Error(problems.Error())
	}
}

// No silent code leads to a cause, and what stands in for one tells nothing.
func TestShippedSilent(t *testing.T) {
	t.Parallel()
	base, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	silent := 0
	for _, reason := range base.Reasons() {
		if reason.Disclosure == Silent {
			silent++
			if reason.Cause != "" {
				t.Errorf("%s leads to %s", reason.Code, reason.Cause)
			}
		}
	}
	if silent == 0 {
		t.Error("the shipped pack has no silent code")
	}
	if got := base.Neutral().Disclosure; got != Generic {
		t.Errorf("the neutral cause is %s", got)
	}
}
