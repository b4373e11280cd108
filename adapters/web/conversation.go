package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"

	"github.com/google/uuid"

	"kaitong/bot"
)

// minSealBytes is the shortest secret that seals.
const minSealBytes = 26

// sealChars is how much of a seal stands in an id: 126 bits.
const sealChars = 21

// newConversation makes the id of a conversation for somebody. Until its first
// message is stored nothing but the id says whose it is, and that message may
// still be on its way through a node that lost its socket: every node with the
// same seal recognises it, so that it is not stored in two conversations.
func (i identity) newConversation(who bot.Identity) string {
	id := uuid.Must(uuid.NewV7())
	name := "c_" + base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]) // sorts by time, as the id does
	return name + "_" + seal(i.seals[0], name, who)
}

// gave says whether an id was made for somebody.
func (i identity) gave(conv string, who bot.Identity) bool {
	at := len(conv) - sealChars
	if at < 1 || conv[at-1] != '_' {
		return false
	}
	for _, secret := range i.seals {
		if hmac.Equal([]byte(conv[at:]), []byte(seal(secret, conv[:at-1], who))) {
			return true
		}
	}
	return false
}

// seal is no signature of a token: no token holds a zero.
func seal(secret []byte, name string, who bot.Identity) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("conversation\x00" + name + "\x00" + who.Tenant + "\x00" + who.User))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:sealChars]
}
