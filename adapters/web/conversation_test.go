package web

import (
	"strings"
	"testing"

	"kaitong/bot"
)

func TestConversationIsRecognisedAsSomebodysOwn(t *testing.T) {
	t.Parallel()
	here := identity{seals: [][]byte{[]byte(testKey)}}
	who := bot.Identity{Tenant: "default", User: "u"}
	for range 200 { // seals hold the mark between the parts now and then
		conv := here.newConversation(who)
		if !validID(conv) || !here.gave(conv, who) {
			t.Fatalf("%s is not recognised", conv)
		}
		for name, recognised := range map[string]bool{
			"another user":   here.gave(conv, bot.Identity{Tenant: "default", User: "v"}),
			"another tenant": here.gave(conv, bot.Identity{Tenant: "other", User: "u"}),
			"another key":    identity{seals: [][]byte{[]byte(strings.Repeat("x", 32))}}.gave(conv, who),
			"another name":   here.gave("c_1"+conv[3:], who),
			"cut":            here.gave(conv[1:], who) || here.gave(conv[:len(conv)-1], who),
			"nothing":        here.gave("", who) || here.gave("c_", who) || here.gave(strings.Repeat("_", 64), who),
		} {
			if recognised {
				t.Errorf("%s: %s is recognised", name, conv)
			}
		}
	}
}
