package demo

import (
	"context"
	"time"

	"kaitong/bot"
)

const (
	// unanswered is how often the service does not answer, of a thousand, and
	// during an outage.
	unanswered       = 0.008
	unansweredOutage = 0.35
	// verdictLasts is how long a verdict is valid.
	verdictLasts = 5 * time.Minute
)

// Check implements [bot.Eligibility]: it knows what is the matter with whom.
func (m *month) Check(_ context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	p := m.people[request.User]
	down := m.down(m.agenda.now)
	lost := unanswered
	if down {
		lost = unansweredOutage
	}
	if p.chance(lost) {
		return bot.Verdict{}, bot.ErrCheckTimeout
	}
	verdict := bot.Verdict{Decision: bot.Eligible, CheckedAt: m.agenda.now, ValidUntil: m.agenda.now.Add(verdictLasts)}
	code := p.code
	if down {
		code = m.story.Outage.Code
	}
	if code != "" && (down || !p.mended) {
		verdict.Decision, verdict.Reasons = bot.Ineligible, []bot.Reason{{Code: code}}
		verdict.Appealable = p.situation.Appeal
	}
	return verdict, nil
}

// down says whether there is an outage.
func (m *month) down(at time.Time) bool {
	day, hour := m.dayOf(at), at.In(m.Zone).Hour()
	return day == m.story.Outage.Day && m.story.Outage.From <= hour && hour < m.story.Outage.To
}

// receive takes an appeal that somebody has sent off in a turn, as the
// institution does.
func (m *month) receive(turn bot.Turn) {
	for _, event := range turn.Events {
		if sent, ok := event.(bot.AppealSubmitted); ok {
			m.agenda.plan(acceptsAfter, func(ctx context.Context) error {
				return m.engine.AcceptAppeal(ctx, turn.Conversation, sent.Reference, m.agenda.now)
			})
		}
	}
}

// acceptsAfter is how long the institution takes to say that it has an appeal.
const acceptsAfter = 4 * time.Second
