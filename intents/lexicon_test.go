package intents

import "testing"

func TestLexicon(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, pattern, text string
		want                int
	}{
		{"literal", "逾期", "我逾期了又逾期", 2},
		{"either", "花呗|借呗", "借呗和花呗", 2},
		{"two parts in order", "交钱 … 开通", "他说交钱就能开通", 1},
		{"two parts in the wrong order", "交钱 … 开通", "开通要交钱", 0},
		{"too far apart", "交钱 … 开通", "交钱了但是等了很久很久很久都没有开通", 0},
		{"the nearer first part counts", "交钱 … 开通", "交钱交钱了等了好几天又交钱才开通", 1},
		{"suffix of another literal", "不开|开不了", "借呗不开开不了", 2},
		{"Latin words are whole", "agent", "agents agent reagent", 1},
		{"open end", "scam*", "scammers scam", 2},
		{"three parts", "a … b … c", "a x b y c", 1},
		{"overlapping", "没有|有没有", "有没有", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, err := newLexicon([][]string{{test.pattern}})
			if err != nil {
				t.Fatal(err)
			}
			f := new(finder)
			for range 2 { // the finder carries nothing over
				if got := len(l.find([]rune(test.text), f)); got != test.want {
					t.Errorf("%q in %q: %d hits, want %d", test.pattern, test.text, got, test.want)
				}
			}
		})
	}
}

func TestLexiconRefusesEmptyParts(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"", "a||b", "… b", "？"} {
		if _, err := newLexicon([][]string{{pattern}}); err == nil {
			t.Errorf("newLexicon(%q) succeeded", pattern)
		}
	}
}
