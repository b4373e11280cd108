package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"kaitong/adapters/dashboard"
	"kaitong/adapters/handoff"
	"kaitong/adapters/status"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/bot/analytics"
)

const (
	// alertsEvery is how often it is looked whether anything is unusual.
	alertsEvery = time.Minute
	// alertsRunbook says what to do then.
	alertsRunbook = "docs/analytics.md#alerts"
	// technical is the category of causes that an incident can be about.
	technical = "technical"
)

// What the webhook is told.
const (
	eventAlertRaised = "com.kaitong.alert.raised"
	eventAlertEnded  = "com.kaitong.alert.ended"
)

// alerts remembers what is unusual. Every node looks for itself: figures are
// the same for all, and so are the ids of what the webhook is told.
type alerts struct {
	watch   *analytics.AlertWatch
	library *bot.Library
	board   func() status.State
	post    func(handoff.Event) error // nil: nobody else is told
	now     func() time.Time
	logger  *slog.Logger
	failing bool // of the goroutine that looks

	mu   sync.Mutex
	live []dashboard.Alert
	of   map[string]analytics.Alert // by id
}

// openAlerts begins to look out.
func (c *core) openAlerts() error {
	zone, err := analyticsZone(c.config)
	if err != nil {
		return err
	}
	c.alerts = &alerts{
		watch:   analytics.NewAlertWatch(analytics.DefaultAlertRules(), c.analytics, c.config.Tenant, zone),
		library: c.library, now: time.Now, logger: c.logger,
		board: func() status.State { state, _ := c.board.State(); return state },
	}
	if err := c.openAlertWebhook(); err != nil {
		return err
	}
	c.teardown.background("alerts", func(ctx context.Context) {
		ticker := time.NewTicker(alertsEvery)
		defer ticker.Stop()
		c.alerts.run(ctx, ticker.C)
	})
	return nil
}

// openAlertWebhook lets somebody else be told too.
func (c *core) openAlertWebhook() error {
	hook := c.config.Analytics.Alerts.Webhook
	if hook.URL == "" {
		return nil
	}
	lines, err := hook.ReadSecrets()
	if err != nil {
		return fmt.Errorf("analytics.alerts.webhook: %s: %w", hook.SecretFile, err)
	}
	secrets, err := handoff.ParseSecrets(strings.Join(lines, "\n"))
	if err != nil {
		return fmt.Errorf("analytics.alerts.webhook: %s: %w", hook.SecretFile, err)
	}
	c.alertHook, err = handoff.NewPoster(handoff.PosterOptions{
		Tenant: c.config.Tenant, URL: hook.URL, Secrets: secrets, Private: hook.AllowPrivate,
		Now: time.Now, Pace: handoff.DefaultPace(), Logger: c.logger.With("webhook", "alerts"),
	})
	if err != nil {
		return fmt.Errorf("analytics.alerts.webhook: %w", err)
	}
	c.teardown.add("webhook of alerts", c.alertHook.Close)
	c.alerts.post = c.alertHook.Post
	return nil
}

// run looks whenever it is time.
func (a *alerts) run(ctx context.Context, ticks <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			a.blame(ctx, a.look(ctx))
		}
	}
}

// blame logs the first failure of many: why figures cannot be read is told
// elsewhere.
func (a *alerts) blame(ctx context.Context, err error) {
	if err != nil && !a.failing && ctx.Err() == nil {
		a.logger.Warn("nobody would notice for the moment if anything were unusual", "error", err)
	}
	a.failing = err != nil
}

// look finds out what is unusual now, and tells of what is new and what is over.
func (a *alerts) look(ctx context.Context) error {
	found, err := a.watch.Alerts(ctx, a.now())
	switch {
	case errors.Is(err, analytics.ErrRebuilding):
		return nil // what is live stays live
	case err != nil:
		return err
	}
	before := a.current()
	live, of := make([]dashboard.Alert, 0, len(found)), map[string]analytics.Alert{}
	for _, one := range found {
		shown := dashboard.Alert{
			ID: one.ID(), Kind: string(one.Kind), Key: one.Key, Since: a.now().UTC(),
			Count: one.Count, Expected: one.Expected, Incident: a.worthTelling(one.Key),
		}
		if i := slices.IndexFunc(before, func(known dashboard.Alert) bool { return known.ID == shown.ID }); i >= 0 {
			shown.Since = before[i].Since
		} else {
			a.raise(shown, one)
		}
		live, of[shown.ID] = append(live, shown), one
	}
	for _, known := range before {
		if _, still := of[known.ID]; !still {
			a.logger.Info("no longer unusual", "alert", known.ID)
			a.tell(eventAlertEnded, known, a.of[known.ID])
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.live, a.of = live, of
	return nil
}

// current is what is live.
func (a *alerts) current() []dashboard.Alert {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.live)
}

// worthTelling says whether an incident may help people: the cause is technical,
// and nobody is told of it yet.
func (a *alerts) worthTelling(key string) bool {
	cause, known := a.library.Latest().Base.Cause(key)
	if !known || cause.Category != technical {
		return false
	}
	covers := []string{bot.AreaAll, technical, key}
	return !slices.ContainsFunc(a.board().Incidents, func(one status.Incident) bool { return slices.Contains(covers, one.Area) })
}

// raise tells operators of an alert. What was suggested already, minutes after
// it began, is not suggested again.
func (a *alerts) raise(alert dashboard.Alert, one analytics.Alert) {
	fields := []any{
		"alert", alert.ID, "contacts", alert.Count, "of", one.Of, "expected", rounded(alert.Expected),
		"score", rounded(one.Score), "compared_with_days", one.Days, "runbook", alertsRunbook,
	}
	suggested := slices.ContainsFunc(a.board().Suggested, func(s status.Suggestion) bool { return s.Area == technical || s.Area == alert.Key })
	if alert.Incident && !suggested {
		fields = append(fields, "publish", fmt.Sprintf("kaitong status set %s --area %s --zh … --en …", incidentName(one), alert.Key))
	}
	if one.Kind == analytics.AlertCause {
		a.logger.Warn("far more contacts than usual have the same cause", append([]any{"cause", alert.Key}, fields...)...)
	} else {
		a.logger.Warn("far more contacts than usual go without an answer", fields...)
	}
	a.tell(eventAlertRaised, alert, one)
}

// incidentName is a name to begin with, such as system_fault-1123.
func incidentName(one analytics.Alert) string {
	_, short, _ := strings.Cut(one.Key, ".")
	date := one.Day.String()
	return cmp.Or(short, one.Key) + "-" + date[5:7] + date[8:]
}

func rounded(value float64) string { return fmt.Sprintf("%.1f", value) }

// alertData is what the webhook is told of an alert. There is no person in it.
type alertData struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Key      string    `json:"key,omitempty"`
	Day      string    `json:"day"`
	Since    time.Time `json:"since"`
	Count    int64     `json:"count"`
	Of       int64     `json:"of"`
	Expected float64   `json:"expected"`
	Score    float64   `json:"score"`
	Incident bool      `json:"incident"`
	Runbook  string    `json:"runbook"`
}

func (a *alerts) tell(event string, alert dashboard.Alert, one analytics.Alert) {
	if a.post == nil {
		return
	}
	err := a.post(handoff.Event{Type: event, Subject: alert.ID, Key: alert.ID, At: a.now(), Data: alertData{
		ID: alert.ID, Kind: alert.Kind, Key: alert.Key, Day: one.Day.String(), Since: alert.Since,
		Count: alert.Count, Of: one.Of, Expected: alert.Expected, Score: one.Score, Incident: alert.Incident, Runbook: alertsRunbook,
	}})
	if err != nil {
		a.logger.Warn("the webhook is not told of an alert", "alert", alert.ID, "error", err)
	}
}

// alertCheck shows operators what is unusual.
func (c *core) alertCheck() web.Check {
	return web.Check{
		Name: "alerts", Optional: true, Fault: "the webhook does not take alerts, the log says why",
		Run: func(context.Context) error {
			if c.alertHook == nil {
				return nil
			}
			return c.alertHook.Check()
		},
		Note: func() string { return alertNote(c.alerts.current()) },
	}
}

func alertNote(live []dashboard.Alert) string {
	parts := make([]string, len(live))
	for i, one := range live {
		parts[i] = fmt.Sprintf("%s: %d contacts today, usually %.1f by now", one.ID, one.Count, one.Expected)
	}
	return strings.Join(parts, "; ")
}
