// Package outboxtest holds what every outbox must do.
package outboxtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kaitong/bot/outbox"
)

// TestBox runs the contract. open returns an empty box that the test ends.
func TestBox(t *testing.T, open func(*testing.T) outbox.Box) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, outbox.Box){
		"steps": testSteps, "order": testOrder, "retries": testRetries, "endpoints": testEndpoints, "bodies": testBodies,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Note is one to put into a box.
func Note(endpoint, conversation string, position int64, nth int) outbox.Note {
	at := time.UnixMicro(1_900_000_000_000_000).UTC()
	return outbox.Note{
		Endpoint: endpoint, Conversation: conversation, Position: position, Nth: nth, Kind: "k",
		ID: fmt.Sprintf("%s-%d-%d", conversation, position, nth), Body: []byte(`{}`), Noted: at, Due: at,
	}
}

func testSteps(t *testing.T, box outbox.Box) {
	if leading, err := box.Lead(t.Context()); err != nil || !leading {
		t.Fatal(leading, err)
	}
	state(t, box, outbox.State{})
	refuse(t, box, outbox.Step{From: 0, To: 5, Opened: []string{"lost"}})
	must(t, box.Advance(t.Context(), outbox.Step{Begin: true, To: 7, Opened: []string{"b", "a"}}))
	refuse(t, box, outbox.Step{Begin: true, To: 9, Opened: []string{"lost"}})
	refuse(t, box, outbox.Step{From: 6, To: 9, Notes: []outbox.Note{Note("e", "c", 8, 0)}})
	state(t, box, outbox.State{Begun: true, Position: 7, Open: []string{"a", "b"}})
	must(t, box.Advance(t.Context(), outbox.Step{From: 7, To: 12, Opened: []string{"c", "a"}, Closed: []string{"b", "x"}}))
	state(t, box, outbox.State{Begun: true, Position: 12, Open: []string{"a", "c"}})
	must(t, box.Advance(t.Context(), outbox.Step{From: 12, To: 12}))
	due(t, box, "e", hence(0))
}

// A conversation is told in order; others do not wait for it.
func testOrder(t *testing.T, box outbox.Box) {
	late := Note("e", "late", 1, 0)
	late.Due = hence(time.Hour)
	put(t, box, late, Note("e", "late", 2, 0), Note("e", "c", 9, 10), Note("e", "c", 9, 9), Note("e", "c", 10, 0), Note("e", "d", 3, 0), Note("f", "c", 1, 0))
	due(t, box, "e", hence(0), "d-3-0", "c-9-9")
	due(t, box, "e", hence(-time.Microsecond))
	due(t, box, "f", hence(0), "c-1-0")
	must(t, box.Done(t.Context(), Note("e", "c", 9, 9)))
	due(t, box, "e", hence(0), "d-3-0", "c-9-10")
	must(t, box.Done(t.Context(), Note("e", "c", 9, 10)))
	must(t, box.Done(t.Context(), Note("e", "c", 9, 10)))
	due(t, box, "e", hence(0), "d-3-0", "c-10-0")
	due(t, box, "e", hence(time.Hour), "d-3-0", "c-10-0", "late-1-0")
	if notes, err := box.Due(t.Context(), "e", hence(0), 1); err != nil || len(notes) != 1 {
		t.Errorf("%d notes, %v", len(notes), err)
	}
}

func testRetries(t *testing.T, box outbox.Box) {
	put(t, box, Note("e", "c", 1, 0), Note("e", "c", 2, 0))
	again := Note("e", "c", 1, 0)
	again.Due, again.Tries = hence(time.Minute), 3
	must(t, box.Later(t.Context(), again))
	due(t, box, "e", hence(time.Minute-time.Microsecond))
	notes, err := box.Due(t.Context(), "e", hence(time.Minute), 5)
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	if diff := cmp.Diff(again, notes[0]); diff != "" {
		t.Error(diff)
	}
	must(t, box.Advance(t.Context(), outbox.Step{Notes: []outbox.Note{Note("e", "c", 3, 0)}}))
	due(t, box, "e", hence(time.Minute), "c-1-0")
	must(t, box.Done(t.Context(), again))
	due(t, box, "e", hence(time.Minute), "c-2-0")
	must(t, box.Done(t.Context(), Note("e", "c", 2, 0)))
	due(t, box, "e", hence(time.Minute), "c-3-0")
	late := Note("e", "c", 3, 0)
	late.Due = hence(time.Minute)
	must(t, box.Later(t.Context(), late))
	// Read once more from the same place, a note keeps what became of it.
	must(t, box.Advance(t.Context(), outbox.Step{From: 0, To: 0, Notes: []outbox.Note{Note("e", "c", 3, 0)}}))
	due(t, box, "e", hence(0))
}

func testEndpoints(t *testing.T, box outbox.Box) {
	put(t, box, Note("e", "c", 1, 0), Note("f", "c", 1, 0))
	must(t, box.Advance(t.Context(), outbox.Step{Met: []outbox.Endpoint{{Name: "f", URL: "u1"}, {Name: "e", URL: "u2"}}}))
	tried := Note("f", "c", 1, 0)
	tried.Tries = 2
	must(t, box.Later(t.Context(), tried))
	endpoints(t, box, outbox.Endpoint{Name: "e", URL: "u2"}, outbox.Endpoint{Name: "f", URL: "u1", Late: true})
	tried.Tries = 0
	must(t, box.Later(t.Context(), tried))
	endpoints(t, box, outbox.Endpoint{Name: "e", URL: "u2"}, outbox.Endpoint{Name: "f", URL: "u1"})
	must(t, box.Gone(t.Context(), "e"))
	state(t, box, outbox.State{Begun: true, Endpoints: []outbox.Endpoint{{Name: "e", URL: "u2", Gone: true}, {Name: "f", URL: "u1"}}})
	due(t, box, "e", hence(0))
	due(t, box, "f", hence(0), "c-1-0")
	must(t, box.Advance(t.Context(), outbox.Step{Met: []outbox.Endpoint{{Name: "e", URL: "u3"}}}))
	must(t, box.Forget(t.Context(), "f"))
	must(t, box.Forget(t.Context(), "nobody"))
	state(t, box, outbox.State{Begun: true, Endpoints: []outbox.Endpoint{{Name: "e", URL: "u3"}}})
	due(t, box, "f", hence(0))
}

// endpoints are those that are kept.
func endpoints(t *testing.T, box outbox.Box, want ...outbox.Endpoint) {
	t.Helper()
	got, err := box.Endpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func testBodies(t *testing.T, box outbox.Box) {
	want := Note("e", "对话 🙂", 1, 0)
	want.Body = []byte("{\"a\":\"人工 \\u0000 🙂\"}\n\xff\x00")
	put(t, box, want)
	notes, err := box.Due(t.Context(), "e", hence(0), 5)
	if err != nil || len(notes) != 1 {
		t.Fatal(notes, err)
	}
	if diff := cmp.Diff(want, notes[0]); diff != "" {
		t.Error(diff)
	}
}

func hence(d time.Duration) time.Time { return Note("", "", 0, 0).Due.Add(d) }

func put(t *testing.T, box outbox.Box, notes ...outbox.Note) {
	t.Helper()
	must(t, box.Advance(t.Context(), outbox.Step{Begin: true, Notes: notes}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refuse(t *testing.T, box outbox.Box, step outbox.Step) {
	t.Helper()
	if err := box.Advance(t.Context(), step); !errors.Is(err, outbox.ErrMoved) {
		t.Errorf("from %d: %v", step.From, err)
	}
}

func state(t *testing.T, box outbox.Box, want outbox.State) {
	t.Helper()
	got, err := box.State(t.Context())
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func due(t *testing.T, box outbox.Box, endpoint string, now time.Time, want ...string) {
	t.Helper()
	notes, err := box.Due(t.Context(), endpoint, now, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, note := range notes {
		got = append(got, note.ID)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("due for %s:\n%s", endpoint, diff)
	}
}
