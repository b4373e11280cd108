package knowledge

import (
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// small is a pack with one entry of each kind and nothing wrong.
func small() map[string]string {
	var phrases strings.Builder
	phrases.WriteString("phrases:\n")
	for _, key := range keys(phraseKeys()) {
		fmt.Fprintf(&phrases, "  %s:\n    zh-CN: 你好，%d。\n    en: Hello %[2]d.\n", key, len(key))
	}
	return map[string]string{
		"pack.yaml": `id: demo
version: "1"
locales:
  - zh-CN
  - en
product:
  id: demo
  name:
    zh-CN: 借呗
    en: Jiebei
  aliases:
    - 借吧
contacts:
  hotline: "95188"
  crisis: "12356"
  hours:
    zh-CN: 全天
    en: all day
neutral: credit.review
facts:
  - id: fact.one
    text:
      zh-CN: 一句话。
      en: One sentence.
    sources:
      - rules
`,
		"reasons.yaml": `reasons:
  - code: OVERDUE
    cause: credit.record
  - code: REVIEW
    cause: credit.review
  - code: LISTED
    disclosure: silent
`,
		"phrases.yaml":              phrases.String(),
		"causes/credit.record.yaml": cause("credit.record", "specific"),
		"causes/credit.review.yaml": cause("credit.review", "generic"),
		"fixes/repay.on_time.yaml": `id: repay.on_time
title:
  zh-CN: 按时还款
  en: Repay on time
steps:
  - text:
      zh-CN: 打开账单
      en: Open your bills
    how:
      zh-CN: 点「我的」
      en: Tap Me
  - text:
      zh-CN: 还清欠款
      en: Pay what is due
    how:
      zh-CN: 点「还款」
      en: Tap Repay
` + signed,
		"answers/fail.debt.yaml":  answer("fail.debt", "fail.other", "how.open"),
		"answers/fail.other.yaml": answer("fail.other", "fail.debt", "how.open"),
		"answers/how.open.yaml":   answer("how.open", "fail.debt", "fail.other"),
		"symptoms/limit.gone.yaml": `id: limit.gone
label:
  zh-CN: 额度没了
  en: My limit is gone
says:
  zh-CN:
    - 额度 … 没了|清零
  en:
    - limit … gone
intents:
  - fail.debt
text:
  - zh-CN: 额度会变化，以页面显示为准。
    en: Limits change; your own page counts.
fixes:
  - repay.on_time
flow: repay
` + signed,
		"flows/repay.yaml": `id: repay
title:
  zh-CN: 一步步还款
  en: Repay step by step
offer:
  causes:
    - credit.record
steps:
  - id: ask
    text:
      zh-CN: 有没有到期的账单？
      en: Is a bill due?
    answers:
      - id: due
        label:
          zh-CN: 有
          en: Yes
      - id: none
        label:
          zh-CN: 没有
          en: No
        go: wait
  - fix: repay.on_time
    when:
      os: [ios, android]
      app_below: 10.5.0
  - id: wait
    text:
      zh-CN: 等几天再看。
      en: Look again in some days.
    how:
      zh-CN: 点「我的」
      en: Tap Me
` + signed,
	}
}

const signed = `sources:
  - rules
owner: content
version: 1
valid_from: 2026-11-01
review_by: 2027-05-31
`

func cause(id, disclosure string) string {
	return "id: " + id + `
category: credit
disclosure: ` + disclosure + `
title:
  zh-CN: 信用记录
  en: Credit record
explain:
  zh-CN: 近期有逾期记录时，可能无法开通。
  en: A late payment can be in the way.
based_on:
  zh-CN: 还款记录。
  en: How bills were paid.
reassess:
  zh-CN: 系统会定期重新评估。
  en: The record is looked at again from time to time.
avoid:
  zh-CN: 不要反复申请。
  en: Do not apply again and again.
fixes:
  - repay.on_time
` + signed
}

func answer(intent string, related ...string) string {
	return "intent: " + intent + `
label:
  zh-CN: 欠款太多
  en: I owe too much
check: true
cause: credit.record
text:
  - zh-CN: 负债较多时，先还一部分。
    en: Pay back a part first.
fixes:
  - repay.on_time
related:
  - ` + strings.Join(related, "\n  - ") + "\n" + signed
}

// pack turns file texts into a file system.
func pack(files map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// changed is the small pack with one file's text replaced.
func changed(t *testing.T, file, old, new string) fs.FS {
	t.Helper()
	files := maps.Clone(small())
	text, ok := files[file]
	if !ok || !strings.Contains(text, old) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	files[file] = strings.Replace(text, old, new, 1)
	return pack(files)
}
