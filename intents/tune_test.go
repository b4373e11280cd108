package intents

import "testing"

// A tuned model must tell texts of unknown intent from its own.
func TestTuneFindsABar(t *testing.T) {
	t.Parallel()
	m, err := Train(toyCorpus(), DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	tuned := m.Tune(Corpus{
		{Text: "红花红苹果", Intent: "red"}, {Text: "很红的花", Intent: "red"}, {Text: "蓝天", Intent: "blue"}, {Text: "蓝墨水的天", Intent: "blue"},
		{Text: "明早几点开会", Intent: otherIntent}, {Text: "股票涨停", Intent: otherIntent}, {Text: "what time is lunch", Intent: otherIntent},
	})
	for text, want := range map[string]bool{"红色的苹果": false, "蓝色的天": false, "周五要加班吗": true} {
		if got := tuned.Classify(text).Scope == OutOfScope; got != want {
			t.Errorf("%q out of scope: %v, want %v", text, got, want)
		}
	}
	if m.options.Familiar != DefaultOptions().Familiar {
		t.Error("tuning changed the model it started from")
	}
}

func TestIgnoreOtherLeavesTheLabelOut(t *testing.T) {
	t.Parallel()
	o := DefaultOptions()
	o.IgnoreOther = true
	m, err := Train(append(toyCorpus(), Utterance{Text: "几点开会", Intent: otherIntent}), o)
	if err != nil {
		t.Fatal(err)
	}
	if m.knows(otherIntent) {
		t.Error("other was learnt")
	}
}
