package dialogue

import (
	"context"
	"fmt"

	"kaitong/bot"
	"kaitong/knowledge"
)

// script is the eligibility service of one dialogue: its replies in order, the
// last one for good.
type script struct {
	check   func(context.Context, bot.CheckRequest, knowledge.Reply) (bot.Verdict, error)
	replies []knowledge.Reply
	checks  int
}

// Check implements bot.Eligibility. The engine makes one check at a time in a
// conversation.
func (s *script) Check(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	s.checks++
	if len(s.replies) == 0 {
		return bot.Verdict{}, fmt.Errorf("%w: no reply is recorded", bot.ErrCheckUnavailable)
	}
	return s.check(ctx, request, s.replies[min(s.checks, len(s.replies))-1])
}

// silent says whether a check was made that no reply is recorded for.
func (s *script) silent() bool { return s.checks > 0 && len(s.replies) == 0 }

// board is the state of the service in one dialogue.
type board []bot.Incident

// Live implements bot.Status.
func (b board) Live() []bot.Incident { return b }
