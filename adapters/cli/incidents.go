package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kaitong/adapters/status"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/configs"
	"kaitong/knowledge"
)

// openBoard begins to listen for incidents, and to look out for them.
func (c *core) openBoard() (err error) {
	c.board, err = status.Open(status.Options{
		Dir: c.config.Data, Conn: c.bus.Conn(), Now: time.Now, Logger: c.logger,
		Rules: incidentRules(func() *knowledge.Base { return c.library.Latest().Base }),
	})
	if err != nil {
		return err
	}
	c.teardown.add("incidents", func(context.Context) error { return c.board.Close() })
	c.spikes = bot.NewSpikeDetector(bot.DefaultSpikeRules(), c.library)
	return nil
}

// watchTurn tells other nodes, and the person's own sockets where they do not
// know, of a turn that has just been stored, and looks for a spike in it.
func (c *core) watchTurn(turn bot.Turn) {
	if c.neighbours != nil {
		c.neighbours.stored(turn, c.engine.Board().Concerns(turn))
	}
	if c.handoffs != nil && bot.FromDesk(turn) {
		c.handoffs.tell(turn.Conversation, bot.LastSeq(turn))
	}
	if c.desk != nil {
		c.desk.Stored(turn)
	}
	if c.hooks != nil {
		c.hooks.Stored(turn)
	}
	if c.appeals != nil {
		c.appeals.stored(turn)
	}
	if c.summaries != nil {
		c.summaries.stored(turn)
	}
	if c.metrics != nil {
		c.metrics.Watched(turn)
	}
	if spike, begins := c.spikes.Watch(turn); begins {
		c.board.Suggest(spike)
	}
}

// incidentRules are what a pack asks of an incident.
func incidentRules(base func() *knowledge.Base) status.Rules {
	return status.Rules{
		Area:  func(area string) error { return checkArea(base(), area) },
		Words: func(text, locale string) error { return base().CheckWords(text, knowledge.Locale(locale)) },
		Locales: func() []string {
			var locales []string
			for _, locale := range base().Pack().Locales {
				locales = append(locales, string(locale))
			}
			return locales
		},
	}
}

// checkArea wants all, a category of causes of the pack, or one of its causes.
func checkArea(base *knowledge.Base, area string) error {
	areas := []string{bot.AreaAll}
	for _, cause := range base.Causes() {
		if !slices.Contains(areas, cause.Category) {
			areas = append(areas, cause.Category)
		}
	}
	categories := strings.Join(areas, ", ")
	for _, cause := range base.Causes() {
		areas = append(areas, cause.ID)
	}
	if slices.Contains(areas, area) {
		return nil
	}
	if near := configs.Nearest(area, areas); near != "" {
		return fmt.Errorf("there is no %q; did you mean %s?", area, near)
	}
	return fmt.Errorf("there is no %q: want %s, or one cause of the pack such as %s", area, categories, areas[len(areas)-1])
}

// incidentCheck shows operators what is live and what may have to be.
func (c *core) incidentCheck() web.Check {
	return web.Check{
		Name: "incidents", Optional: true, Fault: "incidents.json is not in use, the log says why; what was live stays live",
		Run:  func(context.Context) error { _, err := c.board.State(); return err },
		Note: func() string { state, _ := c.board.State(); return incidentNote(state) },
	}
}

func incidentNote(state status.State) string {
	var parts []string
	for _, one := range state.Incidents {
		parts = append(parts, fmt.Sprintf("live: %s (%s) since %s", one.ID, one.Area, one.Since.Format(time.RFC3339)))
	}
	for _, one := range state.Suggested {
		parts = append(parts, "suggested: "+suggestionWords(one))
	}
	return strings.Join(parts, "; ")
}

func suggestionWords(s status.Suggestion) string {
	return fmt.Sprintf("%s since %s, %d conversations in %d minutes, usually %.1f",
		s.Area, s.Since.Format(time.RFC3339), s.Conversations, s.Minutes, s.Usual)
}

// errPackNotInUse is the short word for what the log has told in full.
var errPackNotInUse = errors.New("see the problems logged when it changed")

// packCheck shows operators why a changed pack is not in use.
func (c *core) packCheck() web.Check {
	return web.Check{
		Name: "knowledge pack", Optional: true, Fault: "the changed pack is not in use, the former one answers",
		Run: func(context.Context) error {
			if c.packTrouble() != nil {
				return errPackNotInUse
			}
			return nil
		},
		Note: func() string {
			if trouble := c.packTrouble(); trouble != nil {
				return strings.Join(told(trouble), "; ")
			}
			return ""
		},
	}
}
