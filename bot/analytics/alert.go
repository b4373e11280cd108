package analytics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// AlertKind says what is unusual.
type AlertKind string

// What can be unusual.
const (
	AlertCause      AlertKind = "cause"      // far more contacts than usual were told this cause first
	AlertUnanswered AlertKind = "unanswered" // a far larger share than usual went without an answer
)

// ErrRebuilding says that figures are made anew, and that nothing can be told of
// them until they are.
var ErrRebuilding = errors.New("figures are made anew")

// Alert is something unusual about a day so far.
type Alert struct {
	Kind     AlertKind
	Key      string // the cause
	Day      Day
	Count    int64   // contacts so far
	Of       int64   // contacts of all kinds so far
	Expected float64 // contacts by the same hour, as the days before have it
	Score    float64 // deviations above what is expected
	Days     int     // it is compared with
}

// ID is the same as long as it is the same alert.
func (a Alert) ID() string {
	if a.Key == "" {
		return string(a.Kind) + "-" + a.Day.String()
	}
	return string(a.Kind) + "-" + a.Key + "-" + a.Day.String()
}

// AlertRules say what is far more than usual.
type AlertRules struct {
	Weeks int // the same weekday of so many weeks is what is usual
	// FewestWeeks there must be. Until then the last days are what is usual, from
	// FewestDays on; before that nothing is.
	FewestWeeks, FewestDays int
	AtLeast                 int64   // contacts: less is never an alert
	Score                   float64 // deviations from what is expected
	Over                    float64 // an alert ends below so many: it shall not come and go
	Times                   float64 // and so many times what is expected: among thousands a little more is significant, and no news
}

// DefaultAlertRules suit a help centre from twenty contacts a day upwards.
func DefaultAlertRules() AlertRules {
	return AlertRules{Weeks: 6, FewestWeeks: 2, FewestDays: 4, AtLeast: 8, Score: 3.5, Over: 2, Times: 1.5}
}

// AlertWatch looks for alerts of one tenant in one store. What days that are
// over were like is read once a day. It is not safe for concurrent use.
type AlertWatch struct {
	rules  AlertRules
	store  Store
	tenant string
	zone   *time.Location

	day   Day
	begun Day                // the first day on which anything was counted
	past  map[string][]Hours // by cause, "" for all; yesterday first
	live  map[string]bool    // by id
}

// NewAlertWatch returns a watch that has read nothing yet.
func NewAlertWatch(rules AlertRules, store Store, tenant string, zone *time.Location) *AlertWatch {
	return &AlertWatch{rules: rules, store: store, tenant: tenant, zone: zone}
}

// Alerts are what is unusual at a moment, causes first, each in the order of
// their score. What was an alert when it was asked before stays one until it is
// clearly over, or the day is.
func (w *AlertWatch) Alerts(ctx context.Context, at time.Time) ([]Alert, error) {
	progress, err := w.store.Progress(ctx)
	switch {
	case err != nil:
		return nil, err
	case progress.Rebuilding:
		return nil, ErrRebuilding
	}
	if err := w.turnDay(ctx, DayOf(at, w.zone)); err != nil {
		return nil, fmt.Errorf("days before: %w", err)
	}
	today := w.query(w.day, w.day)
	causes, err := w.store.Totals(ctx, today, GroupCause)
	if err != nil {
		return nil, err
	}
	var list []Alert
	var all, unanswered int64
	for _, cause := range causes {
		all += cause.Totals.Marks[Contacts]
		unanswered += cause.Totals.Marks[Unanswered]
	}
	for _, cause := range causes {
		if count := cause.Totals.Marks[Contacts]; cause.Value != "" && count >= w.rules.AtLeast {
			alert := Alert{Kind: AlertCause, Key: cause.Value, Day: w.day, Count: count, Of: all}
			if list, err = w.judge(ctx, list, alert, at); err != nil {
				return nil, err
			}
		}
	}
	if unanswered >= w.rules.AtLeast {
		list, err = w.judge(ctx, list, Alert{Kind: AlertUnanswered, Day: w.day, Count: unanswered, Of: all}, at)
	}
	slices.SortFunc(list, func(a, b Alert) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Key, b.Key))
	})
	return list, err
}

// turnDay forgets what the days before were like when a new one begins.
func (w *AlertWatch) turnDay(ctx context.Context, day Day) error {
	if w.day == day && w.past != nil {
		return nil
	}
	days, err := w.store.Totals(ctx, w.query(day-Day(w.rules.Weeks*daysOfWeek), day-1), GroupDay)
	if err != nil {
		return err
	}
	begun := day
	if len(days) > 0 {
		if begun, err = ParseDay(days[0].Value); err != nil {
			return err
		}
	}
	w.day, w.begun, w.past, w.live = day, begun, map[string][]Hours{}, map[string]bool{}
	return nil
}

func (w *AlertWatch) query(from, to Day) Query {
	return Query{Tenant: w.tenant, From: from, To: to}
}

// judge adds an alert to a list if it is one.
func (w *AlertWatch) judge(ctx context.Context, list []Alert, alert Alert, at time.Time) ([]Alert, error) {
	past, err := w.before(ctx, alert.Key)
	if err != nil {
		return list, fmt.Errorf("alert %s: %w", alert.ID(), err)
	}
	var usual []float64
	for _, day := range w.rules.compared(past) {
		contacts, unanswered := day.until(at.In(w.zone))
		switch {
		case alert.Kind == AlertCause:
			usual = append(usual, contacts)
		case contacts > 0: // as if as many had come as today
			usual = append(usual, unanswered/contacts*float64(alert.Of))
		}
	}
	if w.live[alert.ID()] = w.rules.judge(&alert, usual, w.live[alert.ID()]); w.live[alert.ID()] {
		list = append(list, alert)
	}
	return list, nil
}

// before is what the days before were like, yesterday first. A key of an hour
// of the week stands for one hour of one day as long as one asks for seven days.
func (w *AlertWatch) before(ctx context.Context, cause string) ([]Hours, error) {
	if past, known := w.past[cause]; known {
		return past, nil
	}
	past := make([]Hours, 0, w.rules.Weeks*daysOfWeek)
	for to := w.day - 1; to >= w.begun && len(past) < cap(past); to -= daysOfWeek {
		q := w.query(max(to-daysOfWeek+1, w.begun), to)
		q.Cause = cause
		keys, err := w.store.Keys(ctx, q, KindHour, 0)
		if err != nil {
			return nil, err
		}
		for day := q.To; day >= q.From; day-- {
			past = append(past, hoursOn(day, keys))
		}
	}
	w.past[cause] = past
	return past, nil
}
