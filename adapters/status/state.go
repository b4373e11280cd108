package status

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kaitong/bot"
)

const (
	// maxCleared and clearedFor bound how long a node remembers that an
	// incident is over. Whoever was away for longer and still calls it live is
	// believed, so this is longer than a machine stays off unnoticed.
	maxCleared = 100
	clearedFor = 30 * 24 * time.Hour
	// suggestedFor is how long a suggestion is worth looking at.
	suggestedFor = 2 * time.Hour
	maxSuggested = maxIncidents
)

// State is everything a board knows, as it travels and is kept.
type State struct {
	Incidents []Incident   `json:"incidents"` // oldest first
	Suggested []Suggestion `json:"suggested"`
	Cleared   []Cleared    `json:"cleared"`
}

// Suggestion is an incident that nobody published: so many people run into
// the same thing that an operator should look. People do not see it.
type Suggestion struct {
	ID            string    `json:"id"`
	Area          string    `json:"area"`
	Category      string    `json:"category"` // of the area
	Since         time.Time `json:"since"`
	Conversations int       `json:"conversations"` // in so many minutes
	Minutes       int       `json:"minutes"`
	Usual         float64   `json:"usual"` // conversations in as many minutes before
}

// Cleared remembers that an incident is over, so that no node brings it back.
type Cleared struct {
	ID      string    `json:"id"`
	Changed time.Time `json:"changed"`
}

// MarshalJSON writes empty lists as such.
func (s State) MarshalJSON() ([]byte, error) {
	type plain State
	s.Incidents, s.Suggested, s.Cleared = listed(s.Incidents), listed(s.Suggested), listed(s.Cleared)
	return json.Marshal(plain(s))
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// clone makes a state that can be changed. Incidents themselves never change.
func (s State) clone() State {
	return State{Incidents: slices.Clone(s.Incidents), Suggested: slices.Clone(s.Suggested), Cleared: slices.Clone(s.Cleared)}
}

func (s State) incident(id string) (Incident, bool) {
	i := slices.IndexFunc(s.Incidents, func(one Incident) bool { return one.ID == id })
	if i < 0 {
		return Incident{}, false
	}
	return s.Incidents[i], true
}

// changed is when an incident was last set or cleared; zero: never.
func (s State) changed(id string) time.Time {
	if one, ok := s.incident(id); ok {
		return one.Changed
	}
	if i := slices.IndexFunc(s.Cleared, func(one Cleared) bool { return one.ID == id }); i >= 0 {
		return s.Cleared[i].Changed
	}
	return time.Time{}
}

// next is a moment after everything that happened to an incident, even where
// another clock was ahead.
func (s State) next(id string, now time.Time) time.Time {
	if last := s.changed(id); !now.After(last) {
		return last.Add(time.Nanosecond)
	}
	return now
}

// set makes an incident live, or changes one that is.
func (s *State) set(incident Incident, now time.Time) error {
	incident.Changed = s.next(incident.ID, now)
	before, known := s.incident(incident.ID)
	switch {
	case incident.Since.IsZero() && known:
		incident.Since = before.Since
	case incident.Since.IsZero():
		incident.Since = now
	}
	return s.put(incident)
}

// put adds or replaces an incident as it is. What was suggested for its area
// has served its purpose.
func (s *State) put(incident Incident) error {
	if _, known := s.incident(incident.ID); !known && len(s.Incidents) >= maxIncidents {
		return &Fault{Code: codeFull, Message: fmt.Sprintf("%d incidents are live already: clear one first", maxIncidents)}
	}
	s.forget(incident.ID)
	s.Incidents = append(s.Incidents, incident)
	slices.SortFunc(s.Incidents, func(a, b Incident) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.ID, b.ID))
	})
	s.Suggested = slices.DeleteFunc(s.Suggested, func(one Suggestion) bool { return one.coveredBy(incident.Area) })
	return nil
}

// coveredBy says whether an incident of an area says what is suggested.
func (s Suggestion) coveredBy(area string) bool {
	return area == bot.AreaAll || area == s.Category || area == s.Area
}

// forget removes every trace of an id.
func (s *State) forget(id string) {
	s.Incidents = slices.DeleteFunc(s.Incidents, func(one Incident) bool { return one.ID == id })
	s.Cleared = slices.DeleteFunc(s.Cleared, func(one Cleared) bool { return one.ID == id })
}

// clear ends an incident, or dismisses a suggestion.
func (s *State) clear(id string, now time.Time) error {
	if i := slices.IndexFunc(s.Suggested, func(one Suggestion) bool { return one.ID == id }); i >= 0 {
		s.Suggested = slices.Delete(s.Suggested, i, i+1)
		return nil
	}
	if _, live := s.incident(id); !live {
		return &Fault{Code: codeUnknown, Message: fmt.Sprintf("no incident %q; %s", shorten(id), s.live())}
	}
	s.end(id, s.next(id, now))
	return nil
}

// end remembers that an incident is over.
func (s *State) end(id string, at time.Time) {
	s.forget(id)
	s.Cleared = append(s.Cleared, Cleared{ID: id, Changed: at})
	slices.SortFunc(s.Cleared, func(a, b Cleared) int {
		return cmp.Or(b.Changed.Compare(a.Changed), strings.Compare(a.ID, b.ID))
	})
	s.Cleared = s.Cleared[:min(len(s.Cleared), maxCleared)]
}

// clearAll ends every incident and dismisses every suggestion.
func (s *State) clearAll(now time.Time) {
	for _, one := range slices.Clone(s.Incidents) {
		s.end(one.ID, s.next(one.ID, now))
	}
	s.Suggested = nil
}

// live lists the ids for somebody who named a wrong one.
func (s State) live() string {
	if len(s.Incidents) == 0 {
		return "none is live"
	}
	var ids []string
	for _, one := range s.Incidents {
		ids = append(ids, one.ID)
	}
	return "live: " + strings.Join(ids, ", ")
}

// suggest notes a suggestion, unless an incident says it already.
func (s *State) suggest(suggestion Suggestion) {
	if slices.ContainsFunc(s.Incidents, func(one Incident) bool { return suggestion.coveredBy(one.Area) }) {
		return
	}
	s.Suggested = slices.DeleteFunc(s.Suggested, func(one Suggestion) bool { return one.ID == suggestion.ID })
	s.Suggested = append(s.Suggested, suggestion)
	s.Suggested = s.Suggested[max(0, len(s.Suggested)-maxSuggested):]
}

// apply does what a request asks.
func (s *State) apply(request Request, rules Rules, now time.Time) error {
	switch {
	case request.Op == OpSet:
		incident := *request.Incident
		incident.Since = incident.Since.UTC()
		if err := rules.check(incident, now); err != nil {
			return err
		}
		return s.set(incident, now)
	case request.Op == OpClear && request.All:
		s.clearAll(now)
	case request.Op == OpClear:
		return s.clear(request.Incident.ID, now)
	}
	return nil
}

// merge takes over what another node knows better: of two states of one
// incident the one changed last. What is not accepted is left out and told.
func (s *State) merge(other State, accept func(Incident) error) (refused []error) {
	for _, one := range other.Incidents {
		if !one.Changed.After(s.changed(one.ID)) {
			continue
		}
		err := accept(one)
		if err == nil {
			err = s.put(one)
		}
		if err != nil {
			refused = append(refused, fmt.Errorf("incident %s: %w", shorten(one.ID), err))
		}
	}
	for _, one := range other.Cleared {
		if one.Changed.After(s.changed(one.ID)) {
			s.end(one.ID, one.Changed)
		}
	}
	return refused
}

// timely drops what comes from a clock far ahead: nothing could change it any
// more.
func (s State) timely(now time.Time) State {
	latest := now.Add(clockLeeway)
	s = s.clone()
	s.Incidents = slices.DeleteFunc(s.Incidents, func(one Incident) bool { return one.Changed.After(latest) })
	s.Cleared = slices.DeleteFunc(s.Cleared, func(one Cleared) bool { return one.Changed.After(latest) })
	return s
}

// adopt takes over what somebody else changed in the file since it was seen
// last. A person may have edited it, so stamps are not asked for: what is gone
// from it is cleared, what reads otherwise holds.
func (s *State) adopt(file, seen State, now time.Time) {
	for _, one := range seen.Incidents {
		if !file.holds(one.ID) && file.changed(one.ID).IsZero() {
			s.end(one.ID, s.next(one.ID, now))
		}
	}
	for _, one := range file.Cleared {
		if one.Changed.After(s.changed(one.ID)) {
			s.end(one.ID, one.Changed)
		}
	}
	for _, one := range file.Incidents {
		if before, known := seen.incident(one.ID); known && before.same(one) && before.Changed.Equal(one.Changed) {
			continue // not changed in the file
		}
		s.adoptOne(one, now)
	}
	s.adoptSuggested(file, seen)
}

// adoptOne takes over one incident of a file with the stamp it deserves.
func (s *State) adoptOne(one Incident, now time.Time) {
	if mine, known := s.incident(one.ID); known && mine.same(one) {
		return
	}
	if one.Since.IsZero() {
		one.Since = now
	}
	if !one.Changed.After(s.changed(one.ID)) || one.Changed.After(now) {
		one.Changed = s.next(one.ID, now)
	}
	_ = s.put(one) // no room beside what could not be written down yet: that came first
}

// adoptSuggested adds and dismisses what was added and dismissed in a file.
func (s *State) adoptSuggested(file, seen State) {
	for _, one := range seen.Suggested {
		if !file.suggests(one.ID) {
			s.Suggested = slices.DeleteFunc(s.Suggested, func(mine Suggestion) bool { return mine.ID == one.ID })
		}
	}
	for _, one := range file.Suggested {
		if !seen.suggests(one.ID) && !s.suggests(one.ID) {
			s.suggest(one)
		}
	}
}

func (s State) holds(id string) bool {
	_, known := s.incident(id)
	return known
}

func (s State) suggests(id string) bool {
	return slices.ContainsFunc(s.Suggested, func(one Suggestion) bool { return one.ID == id })
}

// same says whether two incidents tell people the same.
func (i Incident) same(other Incident) bool {
	return i.ID == other.ID && i.Area == other.Area && slices.Equal(i.Regions, other.Regions) &&
		i.Since.Equal(other.Since) && maps.Equal(i.Text, other.Text)
}

// prune drops what nobody needs any more.
func (s *State) prune(now time.Time) {
	s.Cleared = slices.DeleteFunc(s.Cleared, func(one Cleared) bool { return now.Sub(one.Changed) > clearedFor })
	s.Suggested = slices.DeleteFunc(s.Suggested, func(one Suggestion) bool { return now.Sub(one.Since) > suggestedFor })
}
