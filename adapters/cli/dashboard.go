package cli

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"kaitong/adapters/dashboard"
	"kaitong/bot"
	"kaitong/bot/analytics"
	"kaitong/bot/staff"
	"kaitong/configs"
	"kaitong/knowledge"
)

// openDashboard lets leads ask about all conversations, and colleagues of
// compliance look.
func (c *core) openDashboard() (http.Handler, error) {
	zone, err := analyticsZone(c.config)
	if err != nil {
		return nil, err
	}
	first, err := readLanguage(c.config.Pack, c.library.Latest())
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	names := naming{c.library, c.routing.Queues}
	spoken := &spoken{pack: c.config.Pack, library: c.library, now: first}
	options := dashboard.Options{
		Store: c.analytics, Tenant: c.config.Tenant, Zone: zone, MinCell: c.config.Analytics.MinCell,
		Language: spoken.latest, Name: names.of, Place: names.place, ReviewBy: names.reviewBy, Log: c.logger, Now: time.Now,
		Alerts: c.alerts.current,
	}
	if c.config.LLM.Use(configs.LLMName) {
		options.Propose = c.proposeName
	}
	if c.config.LLM.Use(configs.LLMEmbed) {
		options.Embed = c.model.Embed
	}
	server, err := dashboard.New(options)
	if err != nil {
		return nil, err
	}
	return c.desk.Guard(server.Handler(), dashboard.Takes, staff.Lead, staff.Compliance), nil
}

// spoken is the language that questions are read with. A pack that is taken up
// is read again when somebody asks.
type spoken struct {
	pack    string
	library *bot.Library

	mu  sync.Mutex
	now dashboard.Language
}

// latest is the language of the latest edition; of the one before, while files
// that are being written cannot be read.
func (s *spoken) latest() dashboard.Language {
	s.mu.Lock()
	defer s.mu.Unlock()
	edition := s.library.Latest()
	if s.now.Edition == edition.ID {
		return s.now
	}
	if language, err := readLanguage(s.pack, edition); err == nil {
		s.now = language
	}
	return s.now
}

// readLanguage is what an edition was trained from.
func readLanguage(pack string, edition bot.Edition) (dashboard.Language, error) {
	files, err := packFiles(pack)
	if err != nil {
		return dashboard.Language{}, err
	}
	source, err := sourceFor(files, edition.Base)
	if err != nil {
		return dashboard.Language{}, err
	}
	language := dashboard.Language{Edition: edition.ID, Source: source, Model: edition.Model}
	for _, locale := range edition.Base.Pack().Locales {
		language.Locales = append(language.Locales, string(locale))
	}
	return language, nil
}

// naming says what keys are called for people, as the pack says it.
type naming struct {
	library *bot.Library
	queues  []bot.Queue
}

func (n naming) of(kind analytics.Kind, key, locale string) string {
	base := n.library.Latest().Base
	in := base.Locale(locale)
	switch kind {
	case analytics.KindIntent:
		answer, known := base.Answer(key)
		if !known {
			return withoutAnswer(key, locale)
		}
		return answer.Label.In(in)
	case analytics.KindCause, analytics.KindDisposed:
		cause, _ := base.Cause(key)
		return cause.Title.In(in)
	case analytics.KindFix:
		fix, _ := base.Fix(key)
		return fix.Title.In(in)
	case analytics.KindFlow:
		flow, _ := base.Flow(key)
		return flow.Title.In(in)
	case analytics.KindSymptom:
		symptom, _ := base.Symptom(key)
		return symptom.Label.In(in)
	case analytics.KindStep:
		return n.step(base, key, in)
	case analytics.KindEntry:
		kind, id, _ := strings.Cut(key, ":")
		return n.of(map[string]analytics.Kind{
			"answer": analytics.KindIntent, "cause": analytics.KindCause, "fix": analytics.KindFix,
			"flow": analytics.KindFlow, "symptom": analytics.KindSymptom,
		}[kind], id, locale)
	case analytics.KindCauseRegion, analytics.KindCauseVersion:
		cause, rest, _ := strings.Cut(key, "|")
		return named(n.of(analytics.KindCause, cause, locale), cause) + " · " + rest
	case analytics.KindQueue:
		return n.queue(key, locale)
	}
	return ""
}

// withoutAnswer is the name of what is understood in every pack, and has no answer
// in any.
func withoutAnswer(intent, locale string) string {
	names := map[string][2]string{
		"scam": {"疑似诈骗", "A scam, perhaps"}, "distress": {"情绪危急", "In distress"}, "other": {"不归我们答的事", "Not our subject"},
	}[intent]
	if locale == "en" {
		return names[1]
	}
	return names[0]
}

// named is a name, or the key where there is none.
func named(name, key string) string {
	if name == "" {
		return key
	}
	return name
}

func (n naming) queue(id, locale string) string {
	for _, queue := range n.queues {
		if queue.ID == id {
			return queue.Name[locale]
		}
	}
	return ""
}

// step is the name of a step, flow/step: the words people see.
func (n naming) step(base *knowledge.Base, key string, in knowledge.Locale) string {
	flow, step, _ := strings.Cut(key, "/")
	for _, stop := range base.Stops(flow) {
		if stop.Key == step {
			return stop.Text.In(in)
		}
	}
	return ""
}

// place is where a step stands in its flow.
func (n naming) place(kind analytics.Kind, key string) (int, bool) {
	if kind != analytics.KindStep {
		return 0, false
	}
	flow, step, _ := strings.Cut(key, "/")
	place := slices.IndexFunc(n.library.Latest().Base.Stops(flow), func(stop knowledge.Stop) bool { return stop.Key == step })
	return place, place >= 0
}

// reviewBy is when an entry should be read again.
func (n naming) reviewBy(entry string) time.Time {
	base := n.library.Latest().Base
	kind, id, _ := strings.Cut(entry, ":")
	var meta knowledge.Meta
	switch kind {
	case "answer":
		answer, _ := base.Answer(id)
		meta = answer.Meta
	case "cause":
		cause, _ := base.Cause(id)
		meta = cause.Meta
	case "fix":
		fix, _ := base.Fix(id)
		meta = fix.Meta
	case "flow":
		flow, _ := base.Flow(id)
		meta = flow.Meta
	case "symptom":
		symptom, _ := base.Symptom(id)
		meta = symptom.Meta
	}
	return meta.ReviewBy.Time
}
