package knowledge

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// One wrong line among a hundred thousand is found where it is, and the work
// grows with the file, not with its square: the memory allowed is a fixed
// amount per line. (Not parallel: what others allocate would be counted.)
func TestLintHundredThousandLines(t *testing.T) {
	const wrong, flowFile = 73_214, "flows/repay.yaml"
	before, after, _ := strings.Cut(small()[flowFile], "steps:\n")
	flowHead := before + signed + "steps:\n"
	if !strings.HasSuffix(after, signed) {
		t.Fatal("the flow has another shape")
	}
	tests := []struct {
		name, file, head, entry, bad, want string
	}{
		{"promise in a flow", flowFile, flowHead, "  - id: step%d\n    text:\n      zh-CN: 看一看。\n      en: Have a look.\n", "      zh-CN: 一定能通过。\n      en: Have a look.",
			`flows/repay.yaml:73214:14: 「一定能通过」 promises an outcome (say what may help: 「可能有助于下一次评估」)`},
		{"dangling id in a flow", flowFile, flowHead, "  - id: step%d\n    text:\n      zh-CN: 看一看。\n      en: Have a look.\n    when: {says: [limit.gone]}\n", "    when: {says: [limit.gon]}",
			`flows/repay.yaml:73214:19: there is no symptom "limit.gon" (did you mean "limit.gone"?)`},
		{"way back in a flow", flowFile, flowHead, "  - id: step%d\n    text: {zh-CN: 有吗？, en: Is there?}\n    answers:\n      - {id: yes_it_is, label: {zh-CN: 有, en: Yes}}\n      - {id: no_it_is_not, label: {zh-CN: 没有, en: No}}\n",
			"    answers:\n      - {id: yes_it_is, label: {zh-CN: 有, en: Yes}, go: step1}", `flows/repay.yaml:73215:57: the answer leads back to "step1", so that the flow would never end (name a later step, end or done)`},
		{"dangling id", reasonsFile, "reasons:\n", "  - code: CODE_%d\n    cause: credit.record\n", "  - code: WRONG\n    cause: credit.recrod",
			`reasons.yaml:73214:12: there is no cause "credit.recrod" (did you mean "credit.record"?)`},
		{"indentation", reasonsFile, "reasons:\n", "  - code: CODE_%d\n    cause: credit.record\n", "  - code: WRONG\n   cause: credit.record",
			`reasons.yaml:73214:4: the indentation does not fit the lines above (line it up with its neighbours)`},
		{"promise", packFile, small()[packFile], "  - id: fact.n%d\n    text:\n      zh-CN: 一句话。\n      en: One sentence.\n    sources:\n      - rules\n", "      zh-CN: 一定能通过。\n      en: One sentence.",
			`pack.yaml:73214:14: 「一定能通过」 promises an outcome (say what may help: 「可能有助于下一次评估」)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := small()
			files[test.file] = longFile(test.head, test.entry, test.bad, wrong)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := linted(pack(files))
			runtime.ReadMemStats(&after)
			if !slices.Contains(got, test.want) || len(got) > 3 {
				t.Errorf("%d problems, such as %q, want %q", len(got), got[:min(3, len(got))], test.want)
			}
			if perLine := (after.TotalAlloc - before.TotalAlloc) / 100_000; perLine > 20_000 {
				t.Errorf("%d bytes allocated a line", perLine)
			}
		})
	}
}

// longFile repeats an entry for 100,000 lines. The bad lines replace the ones
// that start at the line before, or at the line, that is wrong.
func longFile(head, entry, bad string, wrong int) string {
	lines := strings.Split(head, "\n")
	lines = lines[:len(lines)-1]
	for i := 0; len(lines) < 100_000; i++ {
		lines = append(lines, strings.Split(strings.TrimSuffix(fmt.Sprintf(entry, i), "\n"), "\n")...)
	}
	first := wrong - 1
	if strings.Contains(bad, "code:") {
		first--
	}
	for !sameKey(lines[first], bad) {
		lines = slices.Insert(lines, 0, "# a comment")
	}
	copy(lines[first:], strings.Split(bad, "\n"))
	return strings.Join(lines, "\n") + "\n"
}

// sameKey says whether two lines begin with the same key.
func sameKey(line, other string) bool {
	a, _, _ := strings.Cut(line, ":")
	b, _, _ := strings.Cut(other, ":")
	return a == b
}

// A scanner's worst cases stay cheap: nesting, unclosed quotes, machinery.
func TestLoadWorstCases(t *testing.T) {
	t.Parallel()
	const n = 1 << 14
	for _, unit := range []string{"[", "{a: ", "- ", "? ", "a: ", "&a ", "*a ", "<<: ", "%", "@", "`", "\"", "'", "\"a\" ", "a: |\n", "---\n", "]", "!", "\t", "中"} {
		files := small()
		files["causes/credit.record.yaml"] = strings.Repeat(unit, n)
		_, err := Load(pack(files))
		if list := found(err); len(list) == 0 || !strings.HasPrefix(list[0], "causes/credit.record.yaml:") {
			t.Errorf("%q repeated: %d problems, none of them in the file", unit, len(list))
		}
	}
}

// everyKind is one file of each kind.
func everyKind() []string {
	return []string{packFile, reasonsFile, phrasesFile, "causes/credit.record.yaml", "fixes/repay.on_time.yaml", "answers/fail.debt.yaml",
		"symptoms/limit.gone.yaml", "flows/repay.yaml", "dialogues/repay-first.yaml"}
}

// bomb is a text whose aliases would grow to more than 9^25 entries.
func bomb() string {
	text := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'z'; c++ {
		text += fmt.Sprintf("%c: &%[1]c [*%c, *%[2]c, *%[2]c, *%[2]c, *%[2]c, *%[2]c, *%[2]c, *%[2]c]\n", c, c-1)
	}
	return text
}

// Whatever kind of file is hostile, the problem names it, and the rest of the
// pack is none the worse.
func TestLoadHostile(t *testing.T) {
	t.Parallel()
	million := strings.Repeat("长", 1<<20/3)
	texts := []struct{ name, text, want string }{
		{"alias bomb", bomb(), "1:4: anchors (&) and aliases (*) are not allowed"},
		{"GBK", "id: \xd0\xc5\xd3\xc3\xbc\xc7\xc2\xbc\n", "1:5: the file is written in GBK"},
		{"UTF-16", "\xff\xfei\x00d\x00", "1:1: the file is written in UTF-16"},
		{"a megabyte of one word", "id: " + million, ""},
		{"a megabyte of a key", million + ": x", `1:1: unknown key "长长`},
		{"deep", "id: " + strings.Repeat("[", 5000), "more than 16 levels deep"},
		{"ten thousand unknown keys", strings.Repeat("xyz: 1\n", 10_000), `1:1: unknown key "xyz"`},
		{"text direction", "id: \u202egnihton", "1:5: invisible character U+202E"},
		{"nothing", "", "1:1: the file is empty"},
	}
	for _, test := range texts {
		for _, name := range everyKind() {
			t.Run(test.name+" in "+name, func(t *testing.T) {
				t.Parallel()
				files := small()
				files[name] = test.text
				got := linted(pack(files))
				if !slices.ContainsFunc(got, func(p string) bool {
					return strings.HasPrefix(p, name+":") && strings.Contains(p, test.want)
				}) {
					t.Errorf("%d problems, none is %s in the file: %.300s", len(got), test.want, got)
				}
			})
		}
	}
}

// A byte order mark and the line ends of Windows are no problem in any file,
// and make no other edition of it.
func TestLoadEditors(t *testing.T) {
	t.Parallel()
	want := load(t, small()).Revision()
	files := small()
	for name, text := range files {
		files[name] = "\uFEFF" + strings.ReplaceAll(text, "\n", "\r\n")
	}
	if got := load(t, files).Revision(); got != want {
		t.Errorf("revision %s, want %s", got, want)
	}
}

// Ids that only differ in capitals are told apart by no file system one can
// rely on, and by no reader.
func TestLoadCapitals(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, other, old, new, want string }{
		{"flows", "flows/repay.yaml", "flows/Repay.yaml", "id: repay\n", "id: Repay\n",
			`flows/repay.yaml:1:5: the flow "repay" differs from "Repay" in flows/Repay.yaml:1 only in capitals (give it another id)`},
		{"symptoms", "symptoms/limit.gone.yaml", "symptoms/Limit.gone.yaml", "id: limit.gone\n", "id: Limit.gone\n",
			`symptoms/limit.gone.yaml:1:5: the symptom "limit.gone" differs from "Limit.gone" in symptoms/Limit.gone.yaml:1 only in capitals (give it another id)`},
		{"answers", "answers/fail.debt.yaml", "answers/fail.Debt.yaml", "intent: fail.debt\n", "intent: fail.Debt\n",
			`answers/fail.debt.yaml:1:9: the answer "fail.debt" differs from "fail.Debt" in answers/fail.Debt.yaml:1 only in capitals (give it another id)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := small()
			files[test.other] = strings.Replace(files[test.file], test.old, test.new, 1)
			_, err := Load(pack(files))
			if got := found(err); !slices.Contains(got, test.want) {
				t.Errorf("got\n%s", strings.Join(got, "\n"))
			}
		})
	}
}
