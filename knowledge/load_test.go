package knowledge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	const record, fix, debt = "causes/credit.record.yaml", "fixes/repay.on_time.yaml", "answers/fail.debt.yaml"
	tests := []struct {
		name, file, old, new string
		want                 []string
	}{
		// the shape of a file
		{"unknown key", record, "avoid:", "avoidd:", []string{
			record + `:1:1: avoid is missing`,
			record + `:16:1: unknown key "avoidd" (did you mean "avoid"?)`}},
		{"duplicate key", record, "category: credit", "category: credit\ncategory: policy", []string{
			record + `:3:1: the key "category" is already in line 2 (keep one of the two)`}},
		{"number for text", record, "  en: Credit record", "  en: 12", []string{
			record + `:6:7: title.en must be text (put it in quotes: "12")`}},
		{"text for truth", debt, "check: true", "check: yes", []string{
			debt + `:5:8: check must be true or false`}},
		{"text for list", record, "fixes:\n  - repay.on_time", "fixes: repay.on_time", []string{
			record + `:19:8: fixes must be a list, each entry in a line of its own behind a dash`}},
		{"text for number", record, "version: 1", "version: one", []string{
			record + `:24:10: version must be a whole number`}},
		{"fraction", record, "version: 1", "version: 1.5", []string{
			record + `:24:10: version must be a whole number`}},
		{"version zero", record, "version: 1", "version: 0", []string{
			record + `:24:10: version must be 1 or more`}},
		{"bad date", record, "2027-05-31", "2027-05-32", []string{
			record + `:26:12: review_by: "2027-05-32" is not a day (write year-month-day, such as 2027-05-31)`}},
		{"review before valid", record, "2027-05-31", "2026-10-31", []string{
			record + `:26:12: the review is due before the entry is valid (valid_from is 2026-11-01)`}},
		{"no value", record, "  en: Credit record", "  en:", []string{
			record + `:6:3: title.en has no value (write it, or delete the line)`}},
		{"empty text", record, "  en: Credit record", `  en: " "`, []string{
			record + `:6:7: title.en is empty (write it, or delete the line)`}},
		{"endless text", record, "  en: Credit record", "  en: " + strings.Repeat("x", 4001), []string{
			record + `:6:7: title.en has 4001 characters, more than 4000 (shorten it)`}},
		{"missing locale", fix, "      en: Pay what is due\n", "", []string{
			fix + `:13:7: steps[1].text has no words in en (add en: …)`}},
		{"foreign locale", record, "  en: Credit record", "  en: Credit record\n  fr: Dossier", []string{
			record + `:7:3: unknown locale "fr" (the pack is written in zh-CN, en)`}},
		{"missing step field", fix, "    how:\n      zh-CN: 点「还款」\n      en: Tap Repay\n", "", []string{
			fix + `:12:5: steps[1].how is missing`}},
		{"empty list", record, "sources:\n  - rules", "sources: []", []string{
			record + `:21:10: sources is an empty list (write at least one entry)`}},
		{"empty entry", record, "  - repay.on_time", "  - repay.on_time\n  -", []string{
			record + `:21:3: fixes[1] has no value (write it, or delete the line)`}},
		{"colon in a text", record, "en: Credit record", "en: Credit: record", []string{
			record + `:6:7: a second value begins in this line (put a text with ": " or "- " in quotes, or start a new line)`}},
		{"indentation", record, "  en: Credit record", "   en: Credit record", []string{
			record + `:6:6: ":" inside a text (put the whole text in quotes, or correct the indentation)`}},
		{"indentation after a list", record, "owner: content", " owner: content", []string{
			record + `:23:2: the indentation does not fit the lines above (line it up with its neighbours)`}},
		{"tab", record, "  en: Credit record", "\ten: Credit record", []string{
			record + `:6:1: a tab stands where spaces belong (indent with spaces)`}},
		{"open quote", record, "en: Credit record", `en: "Credit record`, []string{
			record + `:6:7: the quote that opens here is never closed (add the missing quote)`}},
		{"reserved mark", record, "en: Credit record", "en: @Credit record", []string{
			record + `:6:7: a text cannot begin with "@" (put the text in quotes)`}},
		{"open bracket", record, "fixes:\n  - repay.on_time", "fixes: [repay.on_time", []string{
			record + `:19:8: "[" is not closed, or a comma is missing before line 20`}},
		{"second document", record, "avoid:", "---\navoid:", []string{
			record + `:16:1: a second document starts here (one file holds one entry)`}},
		{"list in a line", record, "fixes:\n  - repay", "fixes: - repay", []string{
			record + `:19:8: a second value begins in this line (put a text with ": " or "- " in quotes, or start a new line)`}},
		{"anchor and alias", record, "id: credit.record", "id: &a credit.record\nowner2: *a", []string{
			record + `:1:5: anchors (&) and aliases (*) are not allowed (write the text itself)`,
			record + `:2:9: anchors (&) and aliases (*) are not allowed (write the text itself)`}},
		{"tag", record, "id: credit.record", "id: !!str credit.record", []string{
			record + `:1:5: tags (!) are not allowed (write the text itself)`}},
		{"too deep", record, "fixes:\n  - repay.on_time", "fixes: " + strings.Repeat("[", 99) + strings.Repeat("]", 99), []string{
			record + `:19:24: nested more than 16 levels deep`}},
		{"not a mapping", "reasons.yaml", small()["reasons.yaml"], "- a\n- b\n", []string{
			`reasons.yaml:1:1: the file must be keys and values`}},
		{"empty file", "reasons.yaml", small()["reasons.yaml"], "# nothing\n", []string{
			`reasons.yaml:1:1: the file is empty`}},

		// bytes
		{"invalid UTF-8", record, "Credit record", "Credit \xff record", []string{
			record + `:6:14: the text is not valid UTF-8 (save it as UTF-8)`}},
		{"GBK", record, small()[record], "id: credit.record\ntitle: \xd0\xc5\xd3\xc3\xbc\xc7\xc2\xbc\n", []string{
			record + `:2:8: the file is written in GBK, not in UTF-8 (save it as UTF-8)`}},
		{"UTF-16", record, small()[record], "\xff\xfei\x00d\x00", []string{
			record + `:1:1: the file is written in UTF-16 (save it as UTF-8)`}},
		{"invisible character", record, "信用记录", "信用\u200b记录", []string{
			record + `:5:12: invisible character U+200B (delete it)`}},
		{"control character", record, "信用记录", "信用\x00记录", []string{
			record + `:5:12: invisible character U+0000 (delete it)`}},

		// ids and references
		{"file name", record, "id: credit.record", "id: credit.other", []string{
			record + `:1:5: id is "credit.other" but the file is named "credit.record.yaml" (rename the one or the other)`}},
		{"capitals", record, "id: credit.record", "id: Credit.Review", []string{
			record + `:1:5: "Credit.Review" is not an id (write small letters, digits, dots and underscores: credit.bad_record)`,
			record + `:1:5: id is "Credit.Review" but the file is named "credit.record.yaml" (rename the one or the other)`,
			`causes/credit.review.yaml:1:5: the cause "credit.review" differs from "Credit.Review" in causes/credit.record.yaml:1 only in capitals (give it another id)`}},
		{"duplicate id", record, "id: credit.record", "id: credit.review", []string{
			record + `:1:5: id is "credit.review" but the file is named "credit.record.yaml" (rename the one or the other)`,
			`causes/credit.review.yaml:1:5: the cause "credit.review" is already in causes/credit.record.yaml:1 (keep one of the two)`}},
		{"cause to fix", record, "  - repay.on_time", "  - repay.on_tyme", []string{
			record + `:20:5: there is no fix "repay.on_tyme" (did you mean "repay.on_time"?)`}},
		{"fix twice", record, "  - repay.on_time", "  - repay.on_time\n  - repay.on_time", []string{
			record + `:21:5: "repay.on_time" is listed twice (delete one of the two)`}},
		{"answer to cause", debt, "cause: credit.record", "cause: nothing", []string{
			debt + `:6:8: there is no cause "nothing" (correct it, or add causes/nothing.yaml)`}},
		{"answer to fix", debt, "  - repay.on_time", "  - nothing", []string{
			debt + `:11:5: there is no fix "nothing" (correct it, or add fixes/nothing.yaml)`}},
		{"answer to intent", debt, "  - fail.other", "  - fail.othr", []string{
			debt + `:13:5: there is no answer "fail.othr" (did you mean "fail.other"?)`}},
		{"answer to itself", debt, "  - fail.other", "  - fail.debt", []string{
			debt + `:13:3: the answer offers itself afterwards (name other intents)`}},
		{"reason to cause", "reasons.yaml", "cause: credit.record", "cause: credit.recrod", []string{
			`reasons.yaml:3:12: there is no cause "credit.recrod" (did you mean "credit.record"?)`}},
		{"reason without cause", "reasons.yaml", "    cause: credit.record\n", "", []string{
			`reasons.yaml:2:5: reasons[0].cause is missing`}},
		{"silent with cause", "reasons.yaml", "disclosure: silent", "disclosure: silent\n    cause: credit.record", []string{
			`reasons.yaml:8:12: the silent code LISTED has a cause (delete the cause: nothing may be told)`}},
		{"class of a code", "reasons.yaml", "disclosure: silent", "disclosure: generic", []string{
			`reasons.yaml:7:17: reasons[2].disclosure cannot be "generic" (allowed: silent)`}},
		{"duplicate code", "reasons.yaml", "code: REVIEW", "code: OVERDUE", []string{
			`reasons.yaml:4:11: the code "OVERDUE" is already in reasons.yaml:2 (keep one of the two)`}},
		{"small code", "reasons.yaml", "code: REVIEW", "code: overdue", []string{
			`reasons.yaml:4:11: "overdue" is not a reason code (write it in capitals: OVERDUE_NOW)`,
			`reasons.yaml:4:11: the code "overdue" differs from "OVERDUE" in reasons.yaml:2 only in capitals (give it another id)`}},
		{"neutral", "pack.yaml", "neutral: credit.review", "neutral: credit.nothing", []string{
			`pack.yaml:19:10: there is no cause "credit.nothing" (correct it, or add causes/credit.nothing.yaml)`}},
		{"specific neutral", "pack.yaml", "neutral: credit.review", "neutral: credit.record", []string{
			`pack.yaml:19:10: credit.record stands in for silent codes but its disclosure is not generic (name a cause that tells the category only)`}},
		{"silent cause", record, "disclosure: specific", "disclosure: silent", []string{
			record + `:3:13: disclosure cannot be "silent" (allowed: specific, generic)`}},
		{"category", record, "category: credit", "category: money", []string{
			record + `:2:11: category cannot be "money" (allowed: credit, policy, technical, compliance, account)`}},
		{"right", debt, "check: true", "right: appeal", []string{
			debt + `:5:8: right cannot be "appeal" (allowed: explanation, human_review)`}},
		{"stop with fixes", record, "category: credit", "stop: true\ncategory: credit", []string{
			record + `:21:3: a cause with stop: true offers no fixes (delete the fixes)`}},
		{"no fixes", record, "fixes:\n  - repay.on_time\n", "", []string{
			record + `:1:1: the cause has no fixes (name at least one, such as help.contact)`}},

		// the pack and its phrases
		{"no hotline", "pack.yaml", "  hotline: \"95188\"\n", "", []string{
			`pack.yaml:14:3: contacts.hotline is missing`}},
		{"bare hotline", "pack.yaml", `"95188"`, "95188", []string{
			`pack.yaml:14:12: contacts.hotline must be text (put it in quotes: "95188")`}},
		{"no locale", "pack.yaml", "locales:\n  - zh-CN\n  - en\n", "locales: []\n", []string{
			`pack.yaml:3:10: the pack has no locale (list at least one, such as zh-CN)`}},
		{"duplicate fact", "pack.yaml", "facts:\n", "facts:\n  - id: fact.one\n    text:\n      zh-CN: 一。\n      en: One.\n    sources:\n      - rules\n", []string{
			`pack.yaml:27:9: the fact "fact.one" is already in pack.yaml:21 (keep one of the two)`}},
		{"page in one language", "pack.yaml", "facts:\n", "page:\n  title:\n    zh-CN: 借呗助手\n  ask:\n    - zh-CN: 怎么开通\n      en: How?\n    - en: Why?\nfacts:\n", []string{
			`pack.yaml:22:5: page.title has no words in en (add en: …)`,
			`pack.yaml:26:7: page.ask[1] has no words in zh-CN (add zh-CN: …)`}},
		{"page of questions", "pack.yaml", "facts:\n", "page:\n  ask:\n" + strings.Repeat("    - {zh-CN: 怎么开通, en: How?}\n", 5) + "facts:\n", []string{
			`pack.yaml:22:5: page.ask lists 5 questions (keep the 4 most useful ones)`}},
		{"page without questions", "pack.yaml", "facts:\n", "page:\n  ask: []\nfacts:\n", []string{
			`pack.yaml:21:8: page.ask is an empty list (write at least one entry)`}},
		{"missing phrase", "phrases.yaml", "  greeting:\n    zh-CN: 你好，8。\n    en: Hello 8.\n", "", []string{
			`phrases.yaml:2:3: phrases.greeting is missing`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base, err := Load(changed(t, test.file, test.old, test.new))
			if base != nil {
				t.Error("a broken pack was loaded")
			}
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadPlaceholders(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, key, words, want string }{
		{"unknown", "greeting", "你好{name}。", `unknown placeholder {name} (this phrase has no placeholders)`},
		{"misspelt", "out_of_scope", "你好{prodct}。", `unknown placeholder {prodct} (allowed: {product})`},
		{"never closed", "greeting", "你好{name。", `a brace has no partner (this phrase has no placeholders)`},
		{"never opened", "greeting", "你好name}。", `a brace has no partner (this phrase has no placeholders)`},
		{"nested", "out_of_scope", "你好{{product}}。", `a brace has no partner (allowed: {product})`},
		{"known", "handoff.ticket", "单号{ticket}，电话{hotline}，{ticket}。", ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			old := fmt.Sprintf("  %s:\n    zh-CN: 你好，%d。", test.key, len(test.key))
			_, err := Load(changed(t, phrasesFile, old, fmt.Sprintf("  %s:\n    zh-CN: %q", test.key, test.words)))
			line := 3 + 3*slices.Index(keys(phraseKeys()), test.key)
			var want []string
			if test.want != "" {
				want = []string{fmt.Sprintf("phrases.yaml:%d:12: %s", line, test.want)}
			}
			if diff := cmp.Diff(want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoadFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, text string // an empty text deletes the file
		want             []string
	}{
		{"no pack.yaml", "pack.yaml", "", []string{`pack.yaml:1:1: the file is missing`}},
		{"no reasons", "reasons.yaml", "", []string{`reasons.yaml:1:1: the file is missing`}},
		{"a broken file is no dangling id", "fixes/repay.on_time.yaml", "id: \"x", []string{
			`fixes/repay.on_time.yaml:1:5: the quote that opens here is never closed (add the missing quote)`}},
		{"stray file", "cause/credit.x.yaml", "id: credit.x\n", []string{
			`cause/credit.x.yaml:1:1: the file is not part of a pack (entries are causes/ID.yaml, fixes/ID.yaml, answers/INTENT.yaml, symptoms/ID.yaml and flows/ID.yaml)`}},
		{"other extension", "causes/credit.x.yml", "id: credit.x\n", []string{
			`causes/credit.x.yml:1:1: the file is not part of a pack (entries are causes/ID.yaml, fixes/ID.yaml, answers/INTENT.yaml, symptoms/ID.yaml and flows/ID.yaml)`}},
		{"notes are no part of it", "causes/README.md", "notes", nil},
		{"hidden files are no part of it", ".git/x.yaml", "x", nil},
		{"byte order mark", "causes/credit.record.yaml", "\uFEFF" + small()["causes/credit.record.yaml"], nil},
		{"Windows line ends", "causes/credit.record.yaml", strings.ReplaceAll(small()["causes/credit.record.yaml"], "\n", "\r\n"), nil},
		{"document start", "causes/credit.record.yaml", "# a cause\n---\n" + small()["causes/credit.record.yaml"], nil},
		{"too large", "causes/credit.record.yaml", strings.Repeat("#", maxFileBytes+1), []string{
			`causes/credit.record.yaml:1:1: the file is larger than 8 MiB`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := small()
			files[test.file] = test.text
			if test.text == "" {
				delete(files, test.file)
			}
			_, err := Load(pack(files))
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every problem of every file is in the one error.
func TestLoadReportsAll(t *testing.T) {
	t.Parallel()
	files := small()
	for _, name := range []string{"causes/credit.record.yaml", "causes/credit.review.yaml", "fixes/repay.on_time.yaml", "answers/fail.debt.yaml"} {
		files[name] = strings.NewReplacer("owner:", "ownr:", "version: 1", "version: x").Replace(files[name])
	}
	_, err := Load(pack(files))
	if got := len(found(err)); got != 4*3 {
		t.Errorf("%d problems, want 12:\n%v", got, err)
	}
}

func TestProblemExcerpt(t *testing.T) {
	t.Parallel()
	_, err := Load(changed(t, "causes/credit.record.yaml", "  zh-CN: 信用记录\n  en: Credit record", "  {zh-CN: 信用, fr: 记录}"))
	want := `causes/credit.record.yaml:5:15: unknown locale "fr" (the pack is written in zh-CN, en)
      {zh-CN: 信用, fr: 记录}
                    ^`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
