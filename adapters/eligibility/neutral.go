package eligibility

import (
	"time"

	"kaitong/bot"
)

// neutralValidity is how long a verdict with the neutral refusal may be
// reused, whatever the service said: a validity of its own could tell one
// refusal from another.
const neutralValidity = 5 * time.Minute

// neutralise turns a reply into a verdict that holds only what may be told.
// Where the neutral refusal is among the reasons, everything that could tell
// why is made the same: the decision, the way to appeal, dates and parameters.
func (c *Client) neutralise(reply Reply) bot.Verdict {
	verdict := bot.Verdict{
		Decision: bot.Decision(reply.Decision), Appealable: reply.Appealable, ReviewETA: reply.ReviewETA,
		CheckedAt: reply.CheckedAt, ValidUntil: reply.ValidUntil,
	}
	neutral := false
	for _, reason := range reply.Reasons {
		told, params := c.options.Tell(reason.Code)
		switch {
		case told != c.options.Neutral:
			verdict.Reasons = append(verdict.Reasons, tell(reason, told, params))
		case !neutral:
			neutral = true
			verdict.Reasons = append(firstReasons(verdict.Reasons, maxReasons-1), bot.Reason{Code: told})
		}
	}
	verdict.Reasons = firstReasons(verdict.Reasons, maxReasons)
	if neutral {
		c.level(&verdict)
	}
	return verdict
}

// firstReasons keeps the most important ones. The neutral refusal always gets
// a place among them, however late the service named what it stands for.
func firstReasons(reasons []bot.Reason, n int) []bot.Reason {
	return reasons[:min(n, len(reasons))]
}

func tell(reason Reason, as string, params bool) bot.Reason {
	if !params {
		return bot.Reason{Code: as}
	}
	return bot.Reason{Code: as, Params: reason.Params}
}

// level makes every verdict with the neutral refusal look alike.
func (c *Client) level(verdict *bot.Verdict) {
	verdict.Decision, verdict.Appealable, verdict.ReviewETA = bot.Ineligible, true, nil
	verdict.CheckedAt = c.options.Now().UTC()
	verdict.ValidUntil = verdict.CheckedAt.Add(neutralValidity)
}
