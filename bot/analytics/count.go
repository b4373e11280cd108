package analytics

import (
	"strconv"
	"time"
)

// Count says what a contact adds to which cell: all it holds, and the keys that
// follow from several things together.
func (c *Contact) Count(zone *time.Location) (Cell, Counts) {
	return c.CountInto(zone, make([]Keyed, 0, len(c.Keys)+8))
}

// CountInto is Count with room for the keys.
func (c *Contact) CountInto(zone *time.Location, room []Keyed) (Cell, Counts) {
	cell := Cell{Day: DayOf(c.Began, zone), Place: c.Place}
	cell.Place.Region = ""
	counts := Counts{Marks: c.Marks, Sums: c.Sums, Keys: append(room[:0], c.Keys...)}
	here := c.here()
	counts.add(KindHour, hourOf(c.Began, zone), here)
	counts.add(KindRegion, c.Place.Region, here)
	if c.Outcome != OutcomeNone {
		counts.add(KindPath, c.Intent+"|"+c.Place.Cause+"|"+string(c.Outcome), here)
	}
	for _, keyed := range c.Keys {
		if keyed.Kind != KindCause {
			continue
		}
		if c.Place.Region != "" {
			counts.add(KindCauseRegion, keyed.Key.Key+"|"+c.Place.Region, keyed.Bits)
		}
		if c.Place.Version != "" {
			counts.add(KindCauseVersion, keyed.Key.Key+"|"+c.Place.Version, keyed.Bits)
		}
	}
	return cell, counts
}

// add adds a key that is not there yet.
func (c *Counts) add(kind Kind, key string, bits Bits) {
	if key != "" {
		c.Keys = append(c.Keys, Keyed{Key: Key{Kind: kind, Key: key}, Bits: bits})
	}
}

func (c *Contact) here() Bits {
	return Here.
		with(HereHandedOff, c.Marks.Has(HandedOff)).
		with(HereSolved, c.Marks.Has(Solved)).
		with(HereUnanswered, c.Marks.Has(Unanswered)).
		with(HereCheckFailed, c.Marks.Has(CheckFailed))
}

// hourOf is the hour of the week, which begins on Monday.
func hourOf(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	day := (int(at.Weekday()) + daysOfWeek - 1) % daysOfWeek
	return strconv.Itoa(day*hoursOfDay + at.Hour())
}

const (
	daysOfWeek = 7
	hoursOfDay = 24
)
