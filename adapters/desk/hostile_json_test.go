package desk

import (
	"strings"
	"testing"

	"kaitong/bot/bottest"
)

// Bodies and frames of the desk are objects of known keys. Of the public collection
// none is taken that is no JSON, alone or as a value, and nothing crashes.
func TestJSONCollectionAtTheDesk(t *testing.T) {
	t.Parallel()
	for name, text := range bottest.JSONTexts(t) {
		var ask loginAsk
		if bad := decode(text, &ask); bad == nil && name[0] == 'n' || bad != nil && bad.code != codeBadJSON && bad.code != codeBadField {
			t.Errorf("%s: %v", name, bad)
		}
		within := append(append([]byte(`{"user":`), text...), '}')
		blank := name == "n_single_space.json" || name == "n_structure_no_data.json"
		if bad := decode(within, &ask); bad == nil && name[0] == 'n' && !blank {
			t.Errorf("%s as a value is taken: %+v", name, ask)
		}
	}
	if bad := decode([]byte(`{"user":`+strings.Repeat("[", 1_000_000)+`}`), &loginAsk{}); bad == nil || bad.code != codeBadJSON {
		t.Errorf("a million brackets: %v", bad)
	}
}
