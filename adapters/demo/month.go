package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kaitong/bot"
)

// Options say which month is made up.
type Options struct {
	Library *bot.Library
	Tenant  string
	End     time.Time // nothing happens from here on
	Days    int
	Daily   int // conversations that begin on a weekday, about
	Seed    uint64
	Zone    *time.Location // that people live in

	// Show, when set, is told how many days are done, now and then.
	Show func(done, total int)
}

// month is a month in the making.
type month struct {
	Options
	story  story
	agenda agenda
	diary  *diary
	engine *bot.Engine
	random *rand.Rand
	people map[string]*person
}

// Month makes up the turns of a month, in the order of time. Their positions
// are those in the month. It takes some seconds.
func Month(ctx context.Context, o Options) ([]bot.Turn, error) {
	script, err := readStory()
	if err != nil {
		return nil, err
	}
	m := &month{Options: o, story: script, diary: newDiary(), random: rand.New(rand.NewPCG(o.Seed, 1)), people: map[string]*person{}}
	m.agenda.now = m.begin(o.Days)
	m.engine = bot.NewEngine(bot.Options{
		Log: m.diary, Library: o.Library, Eligibility: m, Now: func() time.Time { return m.agenda.now }, NewID: m.newID, Roster: m,
	})
	if err := m.check(); err != nil {
		return nil, err
	}
	for day := o.Days; day > 0; day-- {
		if o.Show != nil {
			o.Show(o.Days-day, o.Days)
		}
		m.invite(day)
		if err := m.agenda.run(ctx, m.endOf(day)); err != nil {
			return nil, fmt.Errorf("make up day %d before the end: %w", day, err)
		}
	}
	return m.diary.turns, nil
}

// check says whether the pack knows what the story is about.
func (m *month) check() error {
	base := m.Library.Latest().Base
	for _, s := range m.story.Situations {
		for _, code := range s.Codes {
			if _, known := base.Reason(code); !known {
				return fmt.Errorf("the demo month is made for the pack in the program: %s does not know the reason %s", base.Pack().ID, code)
			}
		}
	}
	return nil
}

// begin is the midnight at which a day begins: day 1 is the one before the
// last midnight.
func (m *month) begin(day int) time.Time {
	end := m.End.In(m.Zone)
	return time.Date(end.Year(), end.Month(), end.Day()-day+1, 0, 0, 0, 0, m.Zone)
}

// endOf is the end of a day, or of everything.
func (m *month) endOf(day int) time.Time {
	if next := m.begin(day - 1); next.Before(m.End) {
		return next
	}
	return m.End
}

// dayOf is how many days before the end a moment is: 1 is the last day.
func (m *month) dayOf(at time.Time) int {
	at = at.In(m.Zone)
	end := m.End.In(m.Zone)
	from := time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, time.UTC)
	to := time.Date(end.Year(), end.Month(), end.Day(), 12, 0, 0, 0, time.UTC)
	return int(to.Sub(from)/(24*time.Hour)) + 1
}

// newID is like a random id, but the same in the same month.
func (m *month) newID() string {
	return fmt.Sprintf("%016x%016x", m.random.Uint64(), m.random.Uint64())
}
