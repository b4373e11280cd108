package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/status"
	"kaitong/bot"
	"kaitong/bot/analytics"
	"kaitong/configs"
)

// crowded is a log in which two people a day hear of the network, and fourteen
// on the last one.
func crowded(t *testing.T, last time.Time) *analytics.Oracle {
	t.Helper()
	oracle := analytics.NewOracle(time.UTC)
	position := int64(0)
	hear := func(at time.Time) {
		position++
		name := fmt.Sprintf("c%d", position)
		err := oracle.Apply(bot.Turn{Conversation: name, Version: 1, Position: position, At: at, Events: []bot.Event{
			bot.Started{Tenant: "default", User: name, Product: "jiebei", Locale: "zh-CN"},
			bot.Message{Seq: 1, ID: "m1", Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: "打不开"}}},
			bot.Understood{Move: bot.MoveAnswer, Intent: "fail.network"},
			bot.Message{Seq: 2, ID: "m2", Author: bot.AuthorBot, Re: "m1", About: &bot.About{Cause: "technical.network"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for day := 35; day > 0; day-- {
		hear(last.AddDate(0, 0, -day).Add(-time.Hour))
		hear(last.AddDate(0, 0, -day).Add(-time.Minute))
	}
	for i := range 14 {
		hear(last.Add(time.Duration(i) * time.Second))
	}
	return oracle
}

// toldOfAlert is what a webhook is told.
type toldOfAlert struct {
	Type string    `json:"type"`
	ID   string    `json:"id"`
	Data alertData `json:"data"`
}

func TestAlertIsRaisedOnceAndEnds(t *testing.T) {
	t.Parallel()
	events := make(chan toldOfAlert, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var event toldOfAlert
		if err := json.Unmarshal(body, &event); err != nil || r.Header.Get("webhook-signature") == "" {
			t.Errorf("%v: %s", err, body)
		}
		events <- event
	}))
	t.Cleanup(server.Close)
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c, said := watchful(t, server.URL)
	now := noon.Add(10 * time.Minute)
	c.alerts.watch = analytics.NewAlertWatch(analytics.DefaultAlertRules(), crowded(t, noon), "default", time.UTC)
	c.alerts.now = func() time.Time { return now }
	look := func() {
		t.Helper()
		if err := c.alerts.look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look()
	raised := <-events
	if raised.Type != eventAlertRaised || raised.Data.ID != "cause-technical.network-2026-11-23" || raised.Data.Count != 14 || !raised.Data.Incident {
		t.Errorf("%+v", raised)
	}
	since := c.alerts.current()[0].Since
	now = now.Add(time.Minute)
	look()
	if live := c.alerts.current(); len(live) != 1 || !live[0].Since.Equal(since) || live[0].Expected != 2 {
		t.Errorf("%+v", live)
	}
	for _, want := range []string{"publish=\"kaitong status set network-1123 --area technical.network", "runbook=" + alertsRunbook, "cause=technical.network"} {
		if strings.Count(said.String(), want) != 1 {
			t.Errorf("want %q once in %s", want, said)
		}
	}
	if note := c.alertCheck().Note(); note != "cause-technical.network-2026-11-23: 14 contacts today, usually 2.0 by now" {
		t.Error(note)
	}
	now = noon.AddDate(0, 0, 1)
	look()
	if ended := <-events; ended.Type != eventAlertEnded || ended.ID == raised.ID || len(c.alerts.current()) != 0 {
		t.Errorf("%+v", ended)
	}
	if err := c.alertCheck().Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// What the detector of spikes has suggested, or an operator has published, is
// not suggested once more.
func TestAlertSuggestsNothingTwice(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	oracle := crowded(t, noon)
	for name, state := range map[string]status.State{
		"suggested": {Suggested: []status.Suggestion{{ID: "spike-technical", Area: "technical"}}},
		"published": {Incidents: []status.Incident{{ID: "x", Area: bot.AreaAll}}},
	} {
		c, said := watchful(t, "")
		c.alerts.watch = analytics.NewAlertWatch(analytics.DefaultAlertRules(), oracle, "default", time.UTC)
		c.alerts.board = func() status.State { return state }
		c.alerts.now = func() time.Time { return noon.Add(time.Hour) }
		if err := c.alerts.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if live := c.alerts.current(); len(live) != 1 || live[0].Incident != (name == "suggested") || strings.Contains(said.String(), "status set") {
			t.Errorf("%s: %+v, said %s", name, live, said)
		}
	}
}

// watchful is as much of a core as alerts need.
func watchful(t *testing.T, url string) (*core, *bytes.Buffer) {
	t.Helper()
	edition, err := loadEdition("")
	if err != nil {
		t.Fatal(err)
	}
	said := &bytes.Buffer{}
	logger := slog.New(slog.NewTextHandler(said, nil))
	c := &core{config: configs.Default(), logger: logger, library: bot.NewLibrary(edition), teardown: teardown{logger: logger}}
	c.alerts = &alerts{library: c.library, board: func() status.State { return status.State{} }, logger: logger}
	if url != "" {
		secret := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(secret, []byte("whsec_"+strings.Repeat("c2Vj", 8)), 0o600); err != nil {
			t.Fatal(err)
		}
		c.config.Analytics.Alerts.Webhook = configs.AlertWebhook{URL: url, SecretFile: secret, AllowPrivate: true}
		if err := c.openAlertWebhook(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := c.teardown.close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return c, said
}
