package dialogue

import (
	"slices"
	"strings"
)

// stars stand where the masker hid something.
const stars = "***"

// maxRefills bounds how many made-up values are tried in one message.
const maxRefills = 4

// madeUp are values that the masker takes for personal data and that belong to
// nobody.
func madeUp(kind string) string {
	switch kind {
	case "id_card":
		return "11010519491231002X"
	case "passport":
		return "E12345678"
	case "number":
		return "6200000000000000000"
	case "phone":
		return "13800000000"
	case "email":
		return "someone@example.com"
	case "password":
		return "abcd1234"
	case "sms_code":
		return "000000"
	case "card_code":
		return "000"
	}
	return stars
}

// refill puts made-up values where personal data was hidden, so that hiding it
// is played again too. Where that does not lead to the same masked text, the
// stars stay.
func (r *recorder) refill(text string, kinds []string) string {
	if n := strings.Count(text, stars); n == 0 || n > maxRefills || len(kinds) == 0 {
		return text
	}
	if filled, ok := r.fill(text, text, kinds); ok {
		return filled
	}
	r.note("Personal data was hidden in a message, and no made-up data could stand in for it.")
	return text
}

// fill replaces the first stars left by each kind in turn, and those after it.
func (r *recorder) fill(text, masked string, kinds []string) (string, bool) {
	before, after, found := strings.Cut(text, stars)
	if !found {
		again, hidden := r.masker.Mask(text)
		return text, again == masked && sameKinds(hidden, kinds)
	}
	for _, kind := range kinds {
		if filled, ok := r.fill(before+madeUp(kind)+after, masked, kinds); ok && madeUp(kind) != stars {
			return filled, true
		}
	}
	return text, false
}

func sameKinds(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
