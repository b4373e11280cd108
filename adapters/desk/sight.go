package desk

import (
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// handledFor is how long agents may look again at what they had in hand: long
// enough for whoever calls back, and not for ever.
const handledFor = 14 * 24 * time.Hour

// sees says whether somebody may look at a conversation as it stands: agents at
// what waits in their lines or is being handled there, and at their own; leads
// and compliance at all.
func sees(account staff.Account, e bot.Entry) bool {
	switch account.Role {
	case staff.Lead, staff.Compliance:
		return true
	case staff.Agent:
		return e.Open() && (e.Agent.ID == account.User || account.Serves(e.Queue))
	}
	return false
}

// seesCase is sees with the whole conversation at hand: once it is over, or the
// bot's again, agents see only what they handled themselves, and that for a
// while.
func seesCase(account staff.Account, found bot.Case, now time.Time) bool {
	if sees(account, found.Entry) {
		return true
	}
	if account.Role != staff.Agent || found.Entry.Open() {
		return false
	}
	last := handled(account.User, found.Turns)
	return !last.IsZero() && now.Sub(last) < handledFor
}

// keepsSight says whether somebody who could look at a conversation still may
// now that it has left the lists.
func keepsSight(account staff.Account, last bot.Entry) bool {
	return account.Role != staff.Agent || last.Agent.ID == account.User
}

// handled is when somebody last had a conversation in hand; zero: never.
func handled(user string, turns []bot.Turn) time.Time {
	var last time.Time
	had := false
	for _, turn := range turns {
		for _, event := range turn.Events {
			change, ok := event.(bot.HandoffChanged)
			if !ok {
				continue
			}
			has := change.State == bot.HandoffActive && change.Agent != nil && change.Agent.ID == user
			if has || had {
				last = turn.At
			}
			had = has
		}
	}
	return last
}
