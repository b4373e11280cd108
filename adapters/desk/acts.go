package desk

import (
	"context"
	"slices"
	"strings"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// mayAct is who may do what in a conversation.
func mayAct() map[bot.DeskKind][]staff.Role {
	agents, leads := []staff.Role{staff.Agent, staff.Lead}, []staff.Role{staff.Lead}
	return map[bot.DeskKind][]staff.Role{
		bot.DeskClaim:    agents,
		bot.DeskReply:    agents,
		bot.DeskNote:     agents,
		bot.DeskTransfer: agents,
		bot.DeskRelease:  agents,
		bot.DeskResolve:  agents,
		bot.DeskTakeOver: leads,
	}
}

// act does one thing in a conversation. It is acknowledged once it is stored.
func (d *desk) act(f frame) *fault {
	var ask actAsk
	if bad := decode(f.Data, &ask); bad != nil {
		return bad
	}
	if bad := d.allowed(f.ID, ask); bad != nil {
		return bad
	}
	ctx, cancel := context.WithTimeout(d.ctx, d.server.limits.ActTimeout)
	defer cancel()
	act, bad := d.deskAct(ctx, f.ID, ask)
	if bad = firstFault(d.inSight(ctx, ask.Conversation), bad); bad != nil && !d.done(ctx, f.ID, ask.Conversation) {
		return bad
	}
	receipt, err := d.server.engine.Attend(ctx, act)
	if err != nil {
		return faultOf(err)
	}
	// Also when it was done before: whoever sends it again may not have been told
	// because it was not recorded.
	if bad := d.recordAct(act); bad != nil {
		return bad
	}
	d.out.push(encode(typeAck, "", f.ID, ackData{Duplicate: receipt.Duplicate}))
	return nil
}

func (d *desk) allowed(id string, ask actAsk) *fault {
	roles, known := d.server.mayAct[ask.Kind]
	switch {
	case !validID(id):
		return &fault{code: codeBadField, field: "id"}
	case !validID(ask.Conversation):
		return &fault{code: codeBadField, field: "conversation"}
	case !known:
		return &fault{code: codeBadField, field: "kind"}
	case !slices.Contains(roles, d.account.Role):
		return &fault{code: codeForbidden}
	}
	return nil
}

// inSight refuses acts on what an agent may not look at. What is on no list is
// looked up: it may be over, or never have been for a human.
func (d *desk) inSight(ctx context.Context, conversation string) *fault {
	entry, ok := d.server.hub.entry(conversation)
	switch {
	case !ok:
		_, bad := d.server.caseFor(ctx, d.account, conversation, d.account.Locale)
		return bad
	case !sees(d.account, entry):
		return &fault{code: codeForbidden}
	}
	return nil
}

// done says whether an agent did this before. Who is not told sends it again, and
// may by then see the conversation no more: what they did is in somebody else's
// line. The engine does nothing twice.
func (d *desk) done(ctx context.Context, id, conversation string) bool {
	found, err := d.server.engine.Case(ctx, d.server.tenant, conversation, d.account.Locale)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(found.Turns, func(turn bot.Turn) bool {
		return slices.ContainsFunc(turn.Events, func(event bot.Event) bool {
			did, ok := event.(bot.Attended)
			return ok && did.ID == id && did.Agent.ID == d.account.User
		})
	})
}

func (d *desk) deskAct(ctx context.Context, id string, ask actAsk) (bot.DeskAct, *fault) {
	act := bot.DeskAct{
		Conversation: ask.Conversation, ID: id, Kind: ask.Kind, Epoch: ask.Epoch, Text: ask.Text, Queue: ask.Queue,
		Agent: d.server.agent(d.account, ask.Conversation),
	}
	if ask.Disposition != nil {
		act.Disposition = bot.Disposition{Cause: ask.Disposition.Cause, Solved: ask.Disposition.Solved, Note: ask.Disposition.Note}
	}
	if ask.To == nil || ask.To.ID == "" {
		return act, nil
	}
	to, bad := d.server.colleague(ctx, ask.To.ID, ask.Conversation)
	act.To = to
	return act, bad
}

// colleague finds an agent that a conversation can be given to: one who is there,
// on any node. One who is not is named all the same: it may have been given
// before.
func (s *Server) colleague(ctx context.Context, user, conversation string) (bot.Agent, *fault) {
	account, err := s.account(ctx, user)
	switch bad := faultOf(err); {
	case err != nil && bad.code != codeNotFound:
		return bot.Agent{}, bad
	case err != nil || account.Disabled || !account.Role.Talks():
		return bot.Agent{}, &fault{code: codeBadField, field: "to"}
	case s.presence.seat(user).Status == StatusOffline: // nobody would see that it is theirs
		return s.agent(account, conversation), &fault{code: codeNotThere, field: "to"}
	}
	return s.agent(account, conversation), nil
}

// agent is somebody as a person is shown them; the demo's are called in the
// language of the conversation.
func (s *Server) agent(account staff.Account, conversation string) bot.Agent {
	name := account.Name
	if english, demo := englishNames()[account.User]; demo {
		if entry, ok := s.hub.entry(conversation); ok && pickLocale(entry.Locale) == localeEN {
			name = english
		}
	}
	return bot.Agent{Tenant: s.tenant, ID: account.User, Name: name}
}

// recordAct audits what changed hands. What was written to whom is in the log
// of the conversation, and only there.
func (d *desk) recordAct(act bot.DeskAct) *fault {
	if act.Kind == bot.DeskReply || act.Kind == bot.DeskNote {
		return nil
	}
	record := staff.Record{
		At: d.server.now(), Who: d.account.User, From: d.from, Did: string(act.Kind), Conversation: act.Conversation, Subject: act.To.ID,
		Reason: strings.TrimSpace(act.Queue + " " + string(act.Disposition.Solved)),
	}
	if err := d.server.vault.Record(context.WithoutCancel(d.ctx), record); err != nil {
		d.server.log.Error("act of an agent not audited", "conversation", act.Conversation, "act", act.Kind, "error", err)
		return faultOf(err)
	}
	return nil
}
