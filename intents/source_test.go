package intents

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// folder makes the intents folder of a pack.
func folder(files map[string]string) fstest.MapFS {
	made := fstest.MapFS{}
	for name, content := range files {
		made[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return made
}

// utterances writes a file of utterances.
func utterances(locale, intent string, lines ...string) string {
	return fmt.Sprintf("intent: %s\nlocale: %s\nutterances:\n  - %s\n", intent, locale, strings.Join(lines, "\n  - "))
}

func mustLoad(t testing.TB, files map[string]string) *Source {
	t.Helper()
	source, err := Load(folder(files), nil)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestNoPackIsTheShippedLanguage(t *testing.T) {
	t.Parallel()
	shipped, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(folder(map[string]string{"pack.yaml": "id: x"}), "intents")
	if err != nil {
		t.Fatal(err)
	}
	for name, pack := range map[string]fs.FS{"nil": nil, "empty": fstest.MapFS{}, "missing": sub} {
		source, err := Load(pack, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(source.Corpus(), shipped, func(a, b Utterance) bool { return a.Text == b.Text && a.Intent == b.Intent }) {
			t.Errorf("%s: other utterances than the shipped ones", name)
		}
		if source.Options() != DefaultOptions() {
			t.Errorf("%s: other options than the shipped ones", name)
		}
	}
}

func TestPackTakesOver(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		files map[string]string
		holds func(Corpus) bool
	}{
		{"all is the default, own lines are added", map[string]string{"en/esim.yaml": utterances("en", "esim", "my esim is dead")}, func(c Corpus) bool {
			return has(c, "esim", "my esim is dead") && has(c, "greet", "你好") && has(c, "fail.risk", "借呗说我操作有风险")
		}},
		{"moves leave the questions behind", map[string]string{"base.yaml": "take: moves"}, func(c Corpus) bool {
			return has(c, "greet", "你好") && !slices.Contains(labelsOf(c), "fail.risk") && slices.Contains(labelsOf(c), "other")
		}},
		{"moves that name a credit product stay behind", map[string]string{"base.yaml": "take: moves"}, func(c Corpus) bool {
			return !slices.ContainsFunc(c, func(u Utterance) bool { return u.Intent != "other" && namesAny(u.Text) })
		}},
		{"names are swapped both ways, however they are spelt", map[string]string{"base.yaml": "swap: {借呗: 花呗}"}, func(c Corpus) bool {
			return has(c, "fail.risk", "花呗说我操作有风险") && has(c, "fail.risk", "借呗提示账户存在安全风险") && has(c, "fail.risk", "花呗说有风险")
		}},
		{"a name nobody knew takes the place of one", map[string]string{"base.yaml": "swap: {Jiebei: 白条}"}, func(c Corpus) bool {
			return has(c, "fail.risk", "白条说我操作有风险") && has(c, "fail.risk", "花呗提示账户存在安全风险")
		}},
		{"what is dropped is gone", map[string]string{"base.yaml": "drop: [fail.risk, scam]"}, func(c Corpus) bool {
			return !slices.Contains(labelsOf(c), "fail.risk") && !slices.Contains(labelsOf(c), "scam") && slices.Contains(labelsOf(c), "fail.debt")
		}},
		{"the pack's word counts about a shipped line", map[string]string{"zh-CN/hello.yaml": utterances("zh-CN", "hello", "你好")}, func(c Corpus) bool {
			return has(c, "hello", "你好") && !has(c, "greet", "你好")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !test.holds(mustLoad(t, test.files).Corpus()) {
				t.Error("the utterances are not what was asked for")
			}
		})
	}
}

func has(c Corpus, intent, text string) bool {
	return slices.ContainsFunc(c, func(u Utterance) bool { return u.Intent == intent && u.Text == text })
}

func TestPackBringsItsWords(t *testing.T) {
	t.Parallel()
	source, err := Load(folder(map[string]string{
		"base.yaml":       "take: moves",
		"en/esim.yaml":    utterances("en", "esim", "the esim does not install"),
		"en/carrier.yaml": utterances("en", "carrier", "my phone is locked to a carrier"),
		"entities.yaml":   "products:\n  sim: [esim, sim card]\ncauses:\n  carrier: {named: [locked], denied: [unlocked]}\nfollow_ups:\n  skip: [lass es]\nnegators: [nope]\n",
		"cues.yaml":       "- intent: agent\n  phrases: [fetch the boss]\n- against: [esim]\n  phrases: [physical]\n",
	}), map[string][]string{"no_code": {"qr code|code … missing|gone", "二维码 … 没有|不见"}, "slow": {"slow"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := source.Train(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text string
		want Entity
	}{
		{"my eSIM is gone", Entity{Kind: EntityProduct, Value: "sim"}},
		{"the phone is locked", Entity{Kind: EntityCause, Value: "carrier"}},
		{"it is unlocked", Entity{Kind: EntityCause, Value: "carrier", Negated: true}},
		{"nope locked", Entity{Kind: EntityCause, Value: "carrier", Negated: true}},
		{"lass es", Entity{Kind: EntityFollowUp, Value: "skip"}},
		{"the QR-code is missing", Entity{Kind: EntitySymptom, Value: "no_code"}},
		{"我的二维码怎么不见了", Entity{Kind: EntitySymptom, Value: "no_code"}},
	} {
		if got := m.Classify(test.text).Entities; !slices.Contains(got, test.want) {
			t.Errorf("entities of %q are %v, want %v", test.text, got, test.want)
		}
	}
	if got := m.Classify("please fetch the boss").Top(); got != (Candidate{"agent", 1}) {
		t.Errorf("the pack's cue is read as %v", got)
	}
	for _, text := range []string{"skip", "我有逾期", "综合评估未通过"} {
		for _, e := range m.Classify(text).Entities {
			if e.Kind == EntityCause || e.Kind == EntityQuote || e.Kind == EntityFollowUp {
				t.Errorf("%q still carries %v", text, e)
			}
		}
	}
	if want := []string{"abuse", "affirm", "agent", "appeal", "bye", "carrier", "deny", "distress", "done", "esim", "greet", "not_helped", "other", "scam", "thanks"}; !slices.Equal(m.Labels(), want) || !slices.Equal(source.Labels(), want) {
		t.Errorf("labels %v", m.Labels())
	}
}

// Symptoms refine answers; what is asked must not be read differently for them.
func TestSymptomsDoNotChangeTheRanking(t *testing.T) {
	t.Parallel()
	m, err := TrainPack(nil, map[string][]string{"gone": {"额度 … 没了|不见"}, "code": {"验证码|短信 … 收不到|没收到", "code … never arrive*"}})
	if err != nil {
		t.Fatal(err)
	}
	shipped := shippedModel(t)
	for text, symptom := range map[string]string{
		"我的借呗额度突然没了": "gone", "验证码一直收不到": "code", "The code never arrives": "code", "额度没了，验证码也收不到": "gone code", "借呗开不了": "",
	} {
		got, want := m.Classify(text), shipped.Classify(text)
		var found []string
		got.Entities = slices.DeleteFunc(got.Entities, func(e Entity) bool {
			if e.Kind == EntitySymptom {
				found = append(found, e.Value)
			}
			return e.Kind == EntitySymptom
		})
		if asJSON(t, got) != asJSON(t, want) {
			t.Errorf("%q is read as %s, without symptoms as %s", text, asJSON(t, got), asJSON(t, want))
		}
		if strings.Join(found, " ") != symptom {
			t.Errorf("symptoms of %q are %v, want %q", text, found, symptom)
		}
	}
}

func TestSymptomsDoNotAllocate(t *testing.T) {
	m, err := TrainPack(nil, map[string][]string{"gone": {"额度 … 没了|不见"}, "code": {"验证码|短信 … 收不到|没收到"}})
	if err != nil {
		t.Fatal(err)
	}
	var scratch Scratch
	var result Result
	read := func() { m.ClassifyInto("额度没了，验证码也收不到", &scratch, &result) }
	read()
	if n := testing.AllocsPerRun(100, read); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLoadLocatesProblems(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, test := range []struct{ name, file, content, want string }{
		{"unknown key", "base.yaml", "take: all\ntakes: x\n", "base.yaml:2:1: unknown field"},
		{"what to take", "base.yaml", "# what\ntake: some\n", `base.yaml:2:7: take is "some"`},
		{"nothing to drop", "base.yaml", "drop:\n  - fail.debt\n  - fail.dept\n", `base.yaml:3:5: there is no shipped intent "fail.dept"`},
		{"half a swap", "base.yaml", "swap:\n  借呗: ''\n", "base.yaml:2:3: swap needs two names"},
		{"wrong type", "base.yaml", "drop: {a: b}\n", "base.yaml:1:"},
		{"empty file", "en/x.yaml", "", "en/x.yaml:1:1: "},
		{"label and path", "en/x.yaml", utterances("en", "y", "z"), `en/x.yaml:1:1: intent is "y"`},
		{"label in capitals", "en/X.yaml", utterances("en", "X", "z"), `en/X.yaml:1:1: an intent is named in small letters`},
		{"twice", "en/x.yaml", utterances("en", "x", "a", "b", "A!"), `en/x.yaml:6:5: "A!" is given twice`},
		{"GBK", "en/x.yaml", "intent: x\nlocale: en\nutterances:\n  - \xb1\xa6\n", "en/x.yaml:1:1: the file is not UTF-8"},
		{"alias bomb", "en/x.yaml", "a: &a [x, x]\nb: [*a, *a]\n", "en/x.yaml:1:4: anchors (&)"},
		{"tag", "en/x.yaml", "intent: !!binary x\n", "en/x.yaml:1:9: tags (!)"},
		{"too deep", "en/x.yaml", "intent: " + deep, "en/x.yaml:1:25: nested deeper than 16"},
		{"deep in a line", "en/x.yaml", strings.Repeat("- ", 100), "en/x.yaml:1:33: nested deeper than 16"},
		{"too many keys", "entities.yaml", "products:\n" + manyKeys(3000), "entities.yaml:2001:"},
		{"too many entries", "en/x.yaml", "intent: x\nlocale: en\nutterances: [" + strings.Repeat("a,", maxEntries) + "a]\n", "en/x.yaml:1:1: 400003 lines and commas"},
		{"file that nobody reads", "cue.yaml", "- x\n", "cue.yaml:1:1: this file is not read"},
		{"other ending", "en/x.yml", "- x\n", "en/x.yml:1:1: this file is not read"},
		{"too large", "en/x.yaml", "#" + strings.Repeat("x", maxFileBytes), "en/x.yaml:1:1: too large"},
		{"bad pattern of an entity", "entities.yaml", "products:\n  x: [a, b||c]\n", `entities.yaml:2:10: phrase "b||c" has an empty part`},
		{"cause without an intent", "entities.yaml", "causes:\n  fail.dept: {named: [a]}\n", `entities.yaml:2:3: a cause is called like its intent`},
		{"unknown follow-up", "entities.yaml", "follow_ups:\n  tride: [a]\n", `entities.yaml:2:3: there is no follow-up "tride"`},
		{"no ordinal", "entities.yaml", "ordinals:\n  \"10\": [a]\n", `entities.yaml:2:3: an ordinal`},
		{"no age", "entities.yaml", "ages:\n  old: {said: [a]}\n", `entities.yaml:2:3: an age`},
		{"bad pattern of a cue", "cues.yaml", "- intent: agent\n  phrases:\n    - x\n    - '… y'\n", `cues.yaml:4:7: phrase "… y" has an empty part`},
		{"cue for nothing", "cues.yaml", "- intent: agend\n  phrases: [x]\n", `cues.yaml:1:11: there is no intent "agend"`},
		{"cue for and against", "cues.yaml", "- intent: agent\n  against: [scam]\n  phrases: [x]\n", `cues.yaml:3:3: a set of phrases has one of`},
		{"endless pattern", "cues.yaml", "- intent: agent\n  phrases: [" + strings.Repeat("x", maxPattern+1) + "]\n", `cues.yaml:2:13: phrase "xxx`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(folder(map[string]string{test.file: test.content}), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %.300v, want one with %q", err, test.want)
			}
		})
	}
}

func manyKeys(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "  k%d: [x%d]\n", i, i)
	}
	return out.String()
}

func TestLoadReportsEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := Load(folder(map[string]string{
		"base.yaml":     "take: some\n",
		"en/x.yaml":     utterances("en", "y", "z"),
		"cues.yaml":     "- intent: nobody\n  phrases: [x]\n",
		"entities.yaml": "products: {x: ['|']}\n",
	}), map[string][]string{"lost": {"a||b"}})
	for _, want := range []string{"base.yaml:1:7: ", "en/x.yaml:1:1: ", "cues.yaml:1:11: ", "entities.yaml:1:16: ", `symptom lost: phrase "a||b"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no problem with %q in: %v", want, err)
		}
	}
}

func TestLoadBoundsThePack(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("en/x%d.yaml", i)] = utterances("en", fmt.Sprintf("x%d", i), fmt.Sprintf("line %d", i))
	}
	if _, err := Load(folder(many), nil); err == nil || !strings.Contains(err.Error(), "more than 2000 files") {
		t.Errorf("too many files: %.200v", err)
	}
	lines := make([]string, maxUtterances+1)
	for i := range lines {
		lines[i] = fmt.Sprintf("line %d", i)
	}
	if _, err := Load(folder(map[string]string{"en/x.yaml": utterances("en", "x", lines...)}), nil); err == nil || !strings.Contains(err.Error(), "100001 utterances") {
		t.Errorf("too many utterances: %.200v", err)
	}
	if _, err := Load(nil, map[string][]string{"x": tooManyPatterns()}); err == nil || !strings.Contains(err.Error(), "one too many") {
		t.Errorf("patterns beyond the bounds: %.200v", err)
	}
}

// tooManyPatterns are patterns that take more nodes than there may be.
func tooManyPatterns() (patterns []string) {
	for i := range 1 + maxNodes/900 {
		patterns = append(patterns, fmt.Sprintf("%04d", i)+strings.Repeat(fmt.Sprintf("%04d", i), 240))
	}
	return patterns
}

func TestLoadPassesOnWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, err := Load(unreadable{}, nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v, want the reason of the file system", err)
	}
}

type unreadable struct{}

func (unreadable) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// What a pack brings is either refused or can be built; the shipped files are
// left out, they would take all the time.
func FuzzLoad(f *testing.F) {
	f.Add("base.yaml", []byte("take: moves\nswap: {借呗: 花呗}\ndrop: [scam]\n"))
	f.Add("cues.yaml", []byte("- intent: agent\n  phrases: [x … y, 'a|b+c']\n"))
	f.Add("cues.yaml", []byte("- vague: true\n  phrases: [x*]\n  unless: [\"\\u00ff\"]\n"))
	f.Add("entities.yaml", []byte("products: {x: [a]}\nages: {'17': {said: [b]}}\n"))
	f.Add("en/x.yaml", []byte("intent: x\nlocale: en\nutterances: [a, b]\n"))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		if !fs.ValidPath(name) || name == "." || len(raw) > 1<<14 {
			t.Skip()
		}
		l := &sourceLoader{pack: fstest.MapFS{name: &fstest.MapFile{Data: raw}}}
		labels := []string{"agent", "scam"}
		corpus := l.base(labels).corpus(l.utterances(l.list()), Corpus{{Text: "借呗", Intent: "scam"}})
		sets, words := l.ownCues(labels), l.ownWordings(labels)
		if len(l.problems) > 0 {
			return
		}
		c, err := newCues(sets)
		if err != nil {
			t.Fatal(err)
		}
		e, err := newEntities(words, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range corpus {
			text := []rune(Normalize(u.Text))
			c.find(text, new(finder))
			e.find(text, new(finder), nil)
		}
	})
}
