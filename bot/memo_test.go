package bot

import (
	"fmt"
	"testing"
)

// What was asked before is read as before, and what nobody asks any more is
// forgotten.
func TestMemoForgets(t *testing.T) {
	t.Parallel()
	m := newMemo()
	for i := range 10 * maxHeard {
		m.keep(fmt.Sprint("text ", i), heard{})
		if len(m.young)+len(m.older) > 2*maxHeard {
			t.Fatalf("%d texts are remembered", len(m.young)+len(m.older))
		}
		if _, ok := m.find("text 0"); !ok {
			t.Fatalf("what is asked all the time was forgotten after %d texts", i)
		}
	}
	if _, ok := m.find("text 1"); ok {
		t.Error("what nobody asks any more is remembered")
	}
}

// Of somebody who was erased no words stay, whichever edition read them.
func TestLibraryForgetsWhatWasRead(t *testing.T) {
	t.Parallel()
	library := NewLibrary(Edition{ID: "one"})
	former := library.Latest()
	library.Publish(Edition{ID: "two"})
	former.heard.keep("words", heard{})
	library.Latest().heard.keep("words", heard{})
	library.forget()
	if len(former.heard.young)+len(library.Latest().heard.young) > 0 {
		t.Error("words are remembered")
	}
}
