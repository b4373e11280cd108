package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"kaitong/bot"
)

// Users is how the names of all made-up people begin.
const Users = "demo-"

// Conversations is how the conversations of a month begin.
func Conversations(seed uint64) string { return fmt.Sprintf("demo_%d_", seed) }

// invite plans the conversations that begin on a day.
func (m *month) invite(day int) {
	begin := m.begin(day)
	load := float64(m.Daily)
	if weekday := begin.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		load *= 0.7
	}
	for hour := range 24 {
		people := load * busy(hour)
		if m.down(begin.Add(time.Duration(hour) * time.Hour)) {
			people *= m.story.Outage.Times
		}
		for range m.about(people) {
			at := begin.Add(time.Duration(hour)*time.Hour + m.upTo(time.Hour))
			m.agenda.planAt(at, m.arrive(day))
		}
	}
}

// busy is the share of a day's people who come in one of its hours: few at
// night, most in the late morning and the evening.
func busy(hour int) float64 {
	shares := [24]float64{
		1.2, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.6, 4.4, 6.2, 7.4, 6.6, 5.6, 5.4, 6.0, 5.8, 5.4, 5.0, 5.2, 6.4, 7.6, 7.8, 5.4, 2.7,
	}
	return shares[hour] / 100
}

// about is a whole number that is so much on average.
func (m *month) about(mean float64) int {
	spread := mean * (0.7 + 0.6*m.random.Float64())
	whole := int(spread)
	if m.random.Float64() < spread-float64(whole) {
		whole++
	}
	return whole
}

func (m *month) upTo(most time.Duration) time.Duration {
	return time.Duration(m.random.Int64N(int64(most)))
}

// arrive lets somebody new ask.
func (m *month) arrive(day int) func(context.Context) error {
	return func(ctx context.Context) error { return m.newPerson(day).open(ctx) }
}

// newPerson makes up somebody and what is the matter with them.
func (m *month) newPerson(day int) *person {
	n := len(m.people) + 1
	p := &person{
		month: m, random: rand.New(rand.NewPCG(m.Seed, uint64(n)<<8)),
		who:          bot.Identity{Tenant: m.Tenant, User: fmt.Sprintf("%s%d-%05d", Users, m.Seed, n)},
		conversation: fmt.Sprintf("%s%05d", Conversations(m.Seed), n),
	}
	p.english = p.chance(0.07)
	p.client = m.client(p, day)
	p.situation = m.situation(p, float64(m.Days-day)/float64(m.Days))
	p.wordings = p.situation.Words.in(p.english)
	if len(p.situation.Codes) > 0 {
		p.code = one(p, p.situation.Codes)
	}
	m.surprise(p)
	m.people[p.who.User] = p
	return p
}

// situation draws one by the weights of the day.
func (m *month) situation(p *person, point float64) *situation {
	sum := 0.0
	for _, s := range m.story.Situations {
		sum += s.weight(point)
	}
	rest := p.random.Float64() * sum
	for _, s := range m.story.Situations {
		if rest -= s.weight(point); rest < 0 {
			return s
		}
	}
	return m.story.Situations[0]
}

// surprise is what happens to people whatever else is the matter.
func (m *month) surprise(p *person) {
	switch {
	case m.down(m.agenda.now) && p.chance(0.9):
		p.wordings = m.story.Outage.Words.in(p.english)
	case p.client.AppVersion == m.story.Release.Version && p.chance(m.story.Release.Share):
		p.wordings, p.code = m.story.Release.Words.in(p.english), one(p, m.story.Release.Codes)
	}
}

// client is what people use: the new version spreads once it is out.
func (m *month) client(p *person, day int) bot.Client {
	client := bot.Client{AppVersion: m.version(p), OS: "Android", Region: one(p, m.story.Regions), Network: "wifi", Channel: one(p, m.story.Channels)}
	if p.chance(0.45) {
		client.OS = "iOS"
	}
	if p.chance(0.4) {
		client.Network = "cellular"
	}
	if since := float64(m.story.Release.Day - day); since >= 0 && p.chance(min(0.85, since/m.story.Release.Takes)) {
		client.AppVersion = m.story.Release.Version
	}
	return client
}

// version is what somebody has who does not update: each older one is rarer.
func (m *month) version(p *person) string {
	for _, version := range m.story.Versions {
		if p.chance(0.55) {
			return version
		}
	}
	return m.story.Versions[len(m.story.Versions)-1]
}

func one[T any](p *person, list []T) T { return list[p.random.IntN(len(list))] }
