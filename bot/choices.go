package bot

import "strings"

// The ids of choices. They say all there is to say about what was tapped, so
// that a choice of an old message still means what it meant then.
const (
	choiceResolved    = "resolved"
	choiceNotResolved = "not_resolved"
	choiceAgent       = "agent"
	choiceCancelAgent = "cancel_agent"
	choiceNone        = "none"
	choiceMore        = "more"
	choiceIntent      = "intent:"
	choiceRecheck     = "recheck:" // the intent to answer again after a fresh check
	choiceCause       = "cause:"
	choicePlan        = "plan"
	choiceFlow        = "flow:"
	choiceTried       = "step.tried"
	choiceFailed      = "step.failed"
	choiceHow         = "step.how"
	choiceSkip        = "step.skip"
	choiceAnswer      = "answer:" // to a question of a flow
	choiceResume      = "flow.resume"
	choiceCheck       = "flow.check"
	choiceNoCheck     = "flow.no_check"

	choiceAppealStart  = "appeal.start"
	choiceAppealNext   = "appeal.next"
	choiceAppealEdit   = "appeal.edit"
	choiceAppealSubmit = "appeal.submit"
	choiceAppealLeave  = "appeal.leave"
	choiceAppealResume = "appeal.resume"
)

// ChosenIntent is the intent that a choice stands for, where it stands for one.
func ChosenIntent(choice string) (string, bool) { return strings.CutPrefix(choice, choiceIntent) }
