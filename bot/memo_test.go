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
