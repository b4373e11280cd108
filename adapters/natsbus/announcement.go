package natsbus

import (
	"encoding/json"
	"errors"
	"fmt"
)

const (
	// maxAnnouncement is the longest message that is read, in bytes.
	maxAnnouncement = 64 << 10
	// maxTurns in one announcement. All of the longest fit.
	maxTurns = 256
	// maxName is the longest id of a node, a log or a conversation, in bytes.
	maxName = 128
)

// Stored names a turn that is in the log.
type Stored struct {
	Conversation string `json:"conv"`
	Version      int64  `json:"version"`
	Seq          int64  `json:"seq"`            // the last number that clients see in it, 0 when they see nothing of it
	Desk         bool   `json:"desk,omitempty"` // the conversation waits for a human, has one, or just had
}

// announcement is one message on [LiveSubject]. One without turns is a beat.
type announcement struct {
	Node  string   `json:"node"`
	Epoch string   `json:"epoch"`
	N     int64    `json:"n"` // of announcements with turns up to this one, and of those that were never made
	Turns []Stored `json:"turns,omitempty"`
	Bye   bool     `json:"bye,omitempty"`
}

func (a announcement) encode() ([]byte, error) { return json.Marshal(a) }

// decodeAnnouncement believes nothing: anybody on this NATS may have sent it.
// Fields it does not know are from newer nodes.
func decodeAnnouncement(data []byte) (announcement, error) {
	if len(data) > maxAnnouncement {
		return announcement{}, fmt.Errorf("longer than %d bytes", maxAnnouncement)
	}
	var a announcement
	if err := json.Unmarshal(data, &a); err != nil {
		return announcement{}, err
	}
	if !isName(a.Node) || !isName(a.Epoch) || a.N < 0 {
		return announcement{}, errors.New("want a node, the epoch of its log and a number")
	}
	if len(a.Turns) > maxTurns {
		return announcement{}, fmt.Errorf("more than %d turns", maxTurns)
	}
	for _, turn := range a.Turns {
		if !isName(turn.Conversation) || turn.Version < 1 || turn.Seq < 0 || turn.Seq == 0 && !turn.Desk {
			return announcement{}, errors.New("want a conversation, a version and a number with every turn")
		}
	}
	return a, nil
}

func isName(text string) bool { return text != "" && len(text) <= maxName }
