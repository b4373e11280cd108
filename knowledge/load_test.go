package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
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
` + signed,
		"answers/fail.debt.yaml":  answer("fail.debt", "fail.other"),
		"answers/fail.other.yaml": answer("fail.other", "fail.debt"),
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

func answer(intent, related string) string {
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
  - ` + related + "\n" + signed
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

// found are the problems of a pack as file:line:column: message (mend).
func found(err error) []string {
	problems := &Problems{}
	if err == nil {
		return nil
	}
	if !errors.As(err, &problems) {
		return []string{err.Error()}
	}
	var list []string
	for _, p := range *problems {
		p.Excerpt = ""
		list = append(list, p.String())
	}
	return list
}

func TestLoadSmall(t *testing.T) {
	t.Parallel()
	base, err := Load(pack(small()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"credit.record", "credit.review"}, []string{base.Causes()[0].ID, base.Causes()[1].ID}); diff != "" {
		t.Error(diff)
	}
}

func TestLoadReports(t *testing.T) {
	t.Parallel()
	const record = "causes/credit.record.yaml"
	tests := []struct {
		name, file, old, new string
		want                 []string
	}{
		{"unknown key", record, "avoid:", "avoidd:", []string{
			record + `:1:1: avoid is missing`,
			record + `:16:1: unknown key "avoidd" (did you mean "avoid"?)`}},
		{"dangling cause", "reasons.yaml", "cause: credit.record", "cause: credit.recrod", []string{
			`reasons.yaml:3:12: there is no cause "credit.recrod" (did you mean "credit.record"?)`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(changed(t, test.file, test.old, test.new))
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
