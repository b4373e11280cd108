package staff

import (
	"testing"
	"time"
)

// Records from before conversations could be erased stay whole, and name them.
func TestRecordsOfEarlierVersions(t *testing.T) {
	t.Parallel()
	old := Record{N: 1, At: time.UnixMicro(7).UTC(), Who: "lin", Did: "opened", Conversation: "c1"}
	old.Chain = old.firstLink(Link{})
	next := Record{At: time.UnixMicro(8), Who: "lin", Did: "opened", Conversation: "c1"}.Linked(2, old.Chain)
	if _, err := Follow(0, Link{}, []Record{old, next}); err != nil {
		t.Error(err)
	}
	if old.Erasable(Link{}) || !next.Erasable(old.Chain) {
		t.Error("what can be taken out is mistaken")
	}
	next.Conversation = ErasedConversation("c1")
	if _, err := Follow(0, Link{}, []Record{old, next}); err != nil {
		t.Error(err)
	}
	old.Conversation = ErasedConversation("c1")
	if _, err := Follow(0, Link{}, []Record{old, next}); err == nil {
		t.Error("a record of an earlier version was changed, and nobody sees it")
	}
}
