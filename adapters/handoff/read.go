package handoff

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"kaitong/bot/outbox"
)

const (
	// readPage is how many turns are looked at together.
	readPage = 500
	// saveEvery is how often it is kept how far one has read, when there was
	// nothing to tell.
	saveEvery = 10 * time.Second
)

// begin takes up where this process, or another, has left off.
func (h *Hooks) begin(ctx context.Context) error {
	state, err := h.box.State(ctx)
	if err != nil {
		return err
	}
	if !state.Begun {
		return h.beginFirst(ctx)
	}
	h.position, h.saved, h.savedAt, h.open = state.Position, state.Position, h.now(), map[string]bool{}
	for _, name := range state.Open {
		h.open[name] = true
	}
	return h.meet(ctx, state.Endpoints)
}

// beginFirst begins at the end of the log: what is over is no news.
func (h *Hooks) beginFirst(ctx context.Context) error {
	end, err := h.end(ctx)
	if err != nil {
		return fmt.Errorf("end of the log: %w", err)
	}
	names, err := h.waiting(ctx)
	if err != nil {
		return fmt.Errorf("who waits: %w", err)
	}
	h.open = map[string]bool{}
	for _, name := range names {
		note, err := h.standing(ctx, name, end)
		if err != nil {
			return err
		}
		if note != nil {
			h.open[name] = true
		}
	}
	if err := h.box.Advance(ctx, outbox.Step{Begin: true, To: end, Opened: slices.Collect(maps.Keys(h.open))}); err != nil {
		return err
	}
	h.position, h.saved, h.savedAt = end, end, h.now()
	return h.meet(ctx, nil)
}

// meet takes in who is configured now. Whoever is new is told who waits;
// whoever is not listed any more is forgotten.
func (h *Hooks) meet(ctx context.Context, known []outbox.Endpoint) error {
	step := outbox.Step{From: h.saved, To: h.saved}
	for name, endpoint := range h.endpoints {
		at := slices.IndexFunc(known, func(e outbox.Endpoint) bool { return e.Name == name })
		switch {
		case at >= 0 && known[at].URL == endpoint.url:
			endpoint.gone.Store(known[at].Gone)
			endpoint.failing.Store(known[at].Late)
			continue
		case at < 0 || known[at].Gone:
			notes, err := h.welcome(ctx, endpoint)
			if err != nil {
				return err
			}
			step.Notes = append(step.Notes, notes...)
		}
		endpoint.gone.Store(false)
		endpoint.failing.Store(false)
		step.Met = append(step.Met, outbox.Endpoint{Name: name, URL: endpoint.url})
	}
	if len(step.Met) > 0 {
		if err := h.box.Advance(ctx, step); err != nil {
			return err
		}
	}
	return h.forget(ctx, known)
}

func (h *Hooks) forget(ctx context.Context, known []outbox.Endpoint) error {
	for _, one := range known {
		if _, configured := h.endpoints[one.Name]; configured {
			continue
		}
		if err := h.box.Forget(ctx, one.Name); err != nil {
			return err
		}
		h.logger.Info("endpoint is no longer configured, so it is told nothing more", "endpoint", one.Name)
	}
	return nil
}

// welcome tells a new endpoint how things stand.
func (h *Hooks) welcome(ctx context.Context, endpoint *endpoint) ([]outbox.Note, error) {
	var notes []outbox.Note
	for name := range h.open {
		note, err := h.standing(ctx, name, h.saved)
		if err != nil {
			return nil, err
		}
		if note != nil && endpoint.wants(note.Kind) {
			note.Endpoint = endpoint.name
			notes = append(notes, *note)
		}
	}
	return notes, nil
}

// readOn notes what the log holds by now.
func (h *Hooks) readOn(ctx context.Context) error {
	for more := true; more; {
		turns, err := h.tail(ctx, h.position, readPage)
		if err != nil {
			return err
		}
		step := outbox.Step{From: h.saved, To: h.position}
		opened := map[string]bool{} // by this page; false: closed
		for _, turn := range turns {
			step.To = turn.Position
			if !h.concerns(turn) && !opened[turn.Conversation] {
				continue
			}
			events, open, err := h.tell(ctx, turn)
			if err != nil {
				return fmt.Errorf("conversation %s: %w", turn.Conversation, err)
			}
			opened[turn.Conversation] = open
			step.Notes = append(step.Notes, h.address(turn, events)...)
		}
		if err := h.keep(ctx, step, opened); err != nil {
			return err
		}
		more = len(turns) == readPage
	}
	return nil
}

// keep stores what was read, or only remembers how far that was when there is
// nothing to store: the same turns read again say as little.
func (h *Hooks) keep(ctx context.Context, step outbox.Step, opened map[string]bool) error {
	for name, open := range opened {
		switch {
		case open && !h.open[name]:
			step.Opened = append(step.Opened, name)
		case !open && h.open[name]:
			step.Closed = append(step.Closed, name)
		}
	}
	idle := len(step.Notes)+len(step.Opened)+len(step.Closed) == 0
	if idle && (step.To == h.saved || h.now().Sub(h.savedAt) < saveEvery) {
		h.position = step.To
		return nil
	}
	if err := h.box.Advance(ctx, step); err != nil {
		return err
	}
	h.position, h.saved, h.savedAt = step.To, step.To, h.now()
	for name, open := range opened {
		if open {
			h.open[name] = true
		} else {
			delete(h.open, name)
		}
	}
	return nil
}
