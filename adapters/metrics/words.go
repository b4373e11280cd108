package metrics

import "kaitong/bot"

// moves are all that the bot can decide to do.
func moves() []bot.Move {
	return []bot.Move{
		bot.MoveAnswer, bot.MoveClarify, bot.MoveFallback, bot.MoveSmallTalk, bot.MoveFollowUp, bot.MoveStep, bot.MoveAppeal,
		bot.MoveHandoff, bot.MoveResolved, bot.MoveNotHelped, bot.MoveWarn, bot.MoveRefuse, bot.MoveCare, bot.MoveRelay,
	}
}

func decisions() []bot.Decision {
	return []bot.Decision{bot.Eligible, bot.Ineligible, bot.InReview, bot.Unknown}
}

func outcomes() []bot.CheckOutcome {
	return []bot.CheckOutcome{bot.CheckOK, bot.CheckTimeout, bot.CheckUnavailable, bot.CheckInvalid}
}

func states() []bot.HandoffState {
	return []bot.HandoffState{
		bot.HandoffRequested, bot.HandoffQueued, bot.HandoffActive, bot.HandoffResolved, bot.HandoffCancelled,
	}
}
