package analytics

import (
	"fmt"
	"time"
)

// Place is what contacts are filtered and grouped by.
type Place struct {
	Tenant  string
	Product string
	Locale  string // the contact was begun in
	Channel string // "" in logs that do not say
	Version string // of the app, major.minor
	Region  string
	Cause   string // the first cause told in the contact, "" for none
}

// Cell is where a contact is counted. Its place has no region: there are too
// many of them, so that regions are counted by key only.
type Cell struct {
	Day   Day
	Place Place
}

// Day is a day of some zone's calendar, counted from 1970-01-01.
type Day int32

// DayOf is the day on which a moment falls in a zone.
func DayOf(at time.Time, zone *time.Location) Day {
	year, month, day := at.In(zone).Date()
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

const secondsOfDay = 24 * 60 * 60

// ParseDay reads what [Day.String] writes.
func ParseDay(text string) (Day, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("day %q: %w", text, err)
	}
	return Day(at.Unix() / secondsOfDay), nil
}

// String is the date, 2026-11-01.
func (d Day) String() string {
	return time.Unix(int64(d)*secondsOfDay, 0).UTC().Format(time.DateOnly)
}

// Begins is the moment a day begins in a zone.
func (d Day) Begins(zone *time.Location) time.Time {
	year, month, day := time.Unix(int64(d)*secondsOfDay, 0).UTC().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}
