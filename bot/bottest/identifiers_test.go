package bottest

import (
	"slices"
	"testing"
)

func TestIdentifiersAreTheSameAgain(t *testing.T) {
	t.Parallel()
	first := Identifiers(1000, 7)
	if !slices.Equal(first, Identifiers(1000, 7)) || slices.Equal(first, Identifiers(1000, 8)) {
		t.Error("not made up by the seed")
	}
	for _, one := range first {
		if one.Left(one.Text()) == "" || one.Left(one.before+"***"+one.behind) != "" {
			t.Errorf("%+v", one)
		}
	}
}
