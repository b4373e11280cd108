package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"

	"github.com/google/uuid"

	"kaitong/bot"
)

// sealChars is how much of a seal stands in an id: 126 bits.
const sealChars = 21

// newConversation makes the id of a conversation for somebody. Until its first
// message is stored nothing but the id says whose it is, and that message may
// still be on its way through a node that lost its socket: every node with the
// same key recognises it, so that it is not stored in two conversations.
func (i identity) newConversation(who bot.Identity) string {
	id := uuid.Must(uuid.NewV7())
	name := "c_" + base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]) // sorts by time, as the id does
	return name + "_" + i.seal(name, who)
}

// gave says whether an id was made for somebody.
func (i identity) gave(conv string, who bot.Identity) bool {
	at := len(conv) - sealChars
	if at < 1 || conv[at-1] != '_' {
		return false
	}
	return hmac.Equal([]byte(conv[at:]), []byte(i.seal(conv[:at-1], who)))
}

// seal is no signature of a token: no token holds a zero.
func (i identity) seal(name string, who bot.Identity) string {
	mac := hmac.New(sha256.New, i.rules.Key)
	mac.Write([]byte("conversation\x00" + name + "\x00" + who.Tenant + "\x00" + who.User))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:sealChars]
}
