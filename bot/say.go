package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the longest message text in runes.
const MaxText = 4000

// validate checks the form of a Say; what it means is checked later.
func (s Say) validate() error {
	switch {
	case !validID(s.Conversation):
		return fmt.Errorf("conversation id: %w", ErrInvalid)
	case !validID(s.MessageID):
		return fmt.Errorf("message id: %w", ErrInvalid)
	case s.User.User == "":
		return fmt.Errorf("user: %w", ErrInvalid)
	case s.acts() != 1:
		return fmt.Errorf("message %s: want exactly one of text, choice, vote, hand-off: %w", s.MessageID, ErrInvalid)
	case !utf8.ValidString(s.Text) || utf8.RuneCountInString(s.Text) > MaxText:
		return fmt.Errorf("message %s: text: %w", s.MessageID, ErrInvalid)
	}
	return nil
}

func (s Say) acts() int {
	n := 0
	for _, set := range []bool{s.Text != "", s.Choice != nil, s.Vote != nil, s.Handoff != ""} {
		if set {
			n++
		}
	}
	return n
}

func validID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' })
}

// digest identifies the body of a message, so that an id used twice can be
// told from a message sent twice. It is taken after masking: a digest of an
// identity number would give the number away.
func (s Say) digest() string {
	body := "text\x00" + s.Text
	switch {
	case s.Choice != nil:
		body = "choice\x00" + s.Choice.Message + "\x00" + s.Choice.Choice
	case s.Vote != nil:
		body = fmt.Sprintf("vote\x00%s\x00%t\x00%s", s.Vote.Message, s.Vote.Up, s.Vote.Reason)
	case s.Handoff != "":
		body = "handoff\x00" + string(s.Handoff)
	}
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:12])
}
