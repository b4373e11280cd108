package eligibility

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"kaitong/bot/bottest"
)

// A reply of the service is read like anything that comes from outside: of the
// public collection nothing is taken that is no JSON, alone or as a value.
func TestJSONCollectionAsReplies(t *testing.T) {
	t.Parallel()
	contract, err := NewContract()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	whole := []byte(`{"request_id":"r1","decision":"ineligible","reasons":[{"code":"THIN_FILE","params":{"a":"VALUE"}}],"appealable":false,"checked_at":"2026-11-23T08:00:00Z","valid_until":"2026-11-23T08:05:00Z"}`)
	if _, err := contract.LenientReply(whole, "r1", now); err != nil {
		t.Fatalf("the reply itself: %v", err)
	}
	texts := bottest.JSONTexts(t)
	texts["n_deep"] = []byte(strings.Repeat("[", 1_000_000))
	for name, text := range texts {
		if _, err := contract.LenientReply(text, "r1", now); err == nil {
			t.Errorf("%s is a reply", name)
		}
		within := bytes.Replace(whole, []byte(`"VALUE"`), text, 1)
		if _, err := contract.LenientReply(within, "r1", now); (err == nil) != (name[0] == 'y') && name[0] != 'i' {
			t.Errorf("%s as a value: %v", name, err)
		}
	}
}
