package bot

const (
	// mostFailed is how many turns in a row may be no help before a human is
	// called.
	mostFailed = 2
	// mostAbuse is how often the bot is insulted before a human is called.
	mostAbuse = 3
)

// failed says whether a turn was no help: not understood, asked back, or what
// was shown did not help. What has nothing to do with what the bot is for, such
// as the weather, is no failure of its own.
func (u Understood) failed() bool {
	switch u.Move {
	case MoveClarify, MoveNotHelped:
		return true
	case MoveFallback:
		return !u.OutOfScope || len(u.Ranking) == 0 || u.Ranking[0].Intent != "other"
	}
	return false
}

// call is the reason to call a human for somebody who has not asked for one, ""
// for none. Whoever has sent one away again is not sent another.
func (d *decider) call(plan Plan) string {
	switch {
	case d.c.Handoff.Open() || d.c.Declined || plan.Handoff != "" || plan.Cancel:
		return ""
	case plan.Move == MoveSmallTalk && plan.Intent == "abuse" && d.c.Abuse+1 >= mostAbuse:
		return ReasonAbuse
	case d.stuck(plan) && d.c.Failed+1 >= mostFailed:
		return ReasonFailed
	}
	return ""
}

// stuck says whether the bot has nothing more to try. Asking back and the next
// step are something.
func (d *decider) stuck(plan Plan) bool {
	switch plan.Move {
	case MoveFallback, MoveNotHelped:
		return understood(plan, d.reading.Result).failed()
	case MoveStep:
		return plan.Guide.Outcome == FlowExhausted && plan.Guide.Act == ActFailed
	}
	return false
}

// tally keeps the counts that call for a human.
func (c *Conversation) tally(u Understood) {
	switch {
	case u.failed():
		c.Failed++
	case u.Move == MoveSmallTalk && u.Intent == "abuse":
		c.Abuse++
	case u.Move == MoveAnswer && u.Intent != c.Topic.Intent: // the same question again is no progress
		c.Failed = 0
	case u.Move == MoveResolved, u.Move == MoveHandoff, u.Move == MoveCare, u.Move == MoveAppeal:
		c.Failed = 0
	}
}

// handedOver begins the counts anew, and remembers who was called in vain.
func (c *Conversation) handedOver(before Handoff, e HandoffChanged) {
	c.Failed, c.Abuse = 0, 0
	called := before.Reason == ReasonFailed || before.Reason == ReasonAbuse
	if called && e.State == HandoffCancelled && e.Reason != ReasonExpired {
		c.Declined = true
	}
	if e.Reason == ReasonFailed || e.Reason == ReasonAbuse {
		c.last = MoveHandoff // the reply is about the human, whatever was asked
	}
}

// callHuman puts somebody into a line who has not asked for it, where somebody
// is there to come. A ticket is nothing to surprise people with.
func (e *Engine) callHuman(d *draft, plan *Plan) {
	queue := e.routing.route(plan.Call, d.product(), string(d.locale))
	if e.routing.place(queue, e.roster, d.conv.Owner.Tenant, e.now()).State != HandoffQueued {
		plan.Call = ""
		return
	}
	plan.Handoff, plan.Waiting = plan.Call, true
	e.request(d, plan)
}

// called says plainly that a human was called, why, and how to go back.
func (w *writer) called() {
	w.waits(map[string]string{ReasonFailed: "handoff.called", ReasonAbuse: "handoff.called_abuse"}[w.plan.Call])
	w.extra = append(w.extra, w.intentChoices(w.plan.Options...)...)
	w.offer(append([]Choice{w.human()}, w.extra...)...)
}

// alarm marks a conversation in which somebody who has an agent writes words of
// distress: they go to the top of every list. The bot does not cut in.
func (e *Engine) alarm(d *draft) {
	if d.conv.Handoff.Urgent || d.say.Text == "" {
		return
	}
	reading := d.heard.reading(e.readable(d.say), len(d.say.masked) == 0, d.Model)
	if reading.confident() == "distress" {
		queue := e.routing.route(ReasonDistress, d.product(), string(d.locale))
		d.add(Alarmed{Reason: ReasonDistress, Priority: queue.Priority})
	}
}
