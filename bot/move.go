package bot

// Move is what the bot does with a message: the outcome of Decide.
type Move string

// The moves. Each user message leads to exactly one.
const (
	MoveAnswer    Move = "answer"     // a guided answer for one intent
	MoveClarify   Move = "clarify"    // two or three readings offered as choices
	MoveFallback  Move = "fallback"   // not understood, or not our subject
	MoveSmallTalk Move = "small_talk" // greeting, thanks, goodbye, abuse
	MoveFollowUp  Move = "follow_up"  // leans on the answer before: what now, the second one
	MoveStep      Move = "step"       // guided through a flow, one step at a time
	MoveAppeal    Move = "appeal"     // the form for a review by a human, or how it stands
	MoveHandoff   Move = "handoff"    // to a human
	MoveResolved  Move = "resolved"   // the user says it is solved
	MoveNotHelped Move = "not_helped" // the user says it is not
	MoveWarn      Move = "warn"       // scam cue: the fixed warning
	MoveRefuse    Move = "refuse"     // under age: the rule, and stop
	MoveCare      Move = "care"       // distress: a human, at once
	MoveRelay     Move = "relay"      // an agent owns the conversation: record only
)
