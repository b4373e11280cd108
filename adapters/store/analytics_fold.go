package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

const (
	// foldNames bounds of how many conversations and persons a page is: so many that
	// what they have in common is stored once.
	foldNames = 8192
	// foldKept is how many are kept in memory: all those of the page in hand, of
	// the one that waits and of the one that is being stored. What is asked for
	// is then either here or in the tables.
	foldKept = 4 * foldNames
	// foldRest is how many are kept when everything is stored.
	foldRest = 4096
)

// analyticsFold folds turns into pages. It is the state of [analytics.Apply].
type analyticsFold struct {
	tables *analyticsTables
	zone   *time.Location
	salt   string // of the names of persons
	names  int    // foldNames
	ctx    context.Context

	words         *analyticsWords
	ledger        *analyticsLedger
	mark          analyticsMark
	conversations *recent[string, *foldedConversation]
	persons       *recent[string, *foldedPerson]

	page          *analyticsPage
	number        int64 // of the page
	applying      *bot.Turn
	bodies        shelf
	touched       []*foldedConversation
	touchedPeople []*foldedPerson
}

// foldedConversation is a conversation in memory, and how its last contact is
// counted in the tables.
type foldedConversation struct {
	id      string
	memory  analytics.Memory
	counted counted
	broken  bool
	page    int64 // the last one that it is part of
}

type foldedPerson struct {
	hash   string
	person analytics.Person
	stored analytics.Person
	page   int64
}

// shelf holds the bodies of a page, many in one piece of memory.
type shelf struct{ free []byte }

// Sizes of a shelf: of a piece, and of what is not put into the rest of one.
const (
	shelfPiece = 64 << 10
	shelfRest  = 2 << 10
)

func (s *shelf) put(body func([]byte) ([]byte, error)) ([]byte, error) {
	if cap(s.free) < shelfRest {
		s.free = make([]byte, 0, shelfPiece)
	}
	data, err := body(s.free)
	if len(data) <= cap(s.free) {
		s.free = data[len(data):]
	}
	return slices.Clip(data), err
}

// begin goes on from a mark, with nothing in memory.
func (f *analyticsFold) begin(ctx context.Context, mark analyticsMark) error {
	words, err := loadAnalyticsWords(ctx, f.tables.db)
	if err != nil {
		return f.tables.words.explain(err)
	}
	f.words, f.ledger, f.mark = words, newAnalyticsLedger(words), mark
	f.keepNone()
	f.turnPage()
	return nil
}

// rest lets go of what is in memory, if it is much. Everything must be stored.
func (f *analyticsFold) rest() {
	if f.conversations.size()+f.persons.size() > foldRest {
		f.keepNone()
	}
}

func (f *analyticsFold) keepNone() {
	f.conversations, f.persons = newRecent[string, *foldedConversation](foldKept), newRecent[string, *foldedPerson](foldKept)
}

// apply folds a turn in. After an error what is in memory is worth nothing.
func (f *analyticsFold) apply(ctx context.Context, turn *bot.Turn) error {
	f.ctx, f.applying = ctx, turn
	err := analytics.Apply(f, *turn)
	if err != nil && !errors.Is(err, analytics.ErrRepeated) && !errors.Is(err, analytics.ErrHole) {
		return fmt.Errorf("count turn %d of %q: %w", turn.Version, turn.Conversation, err)
	}
	f.mark.position, f.mark.at = turn.Position, turn.At
	return nil
}

// full says that the page is to be handed over.
func (f *analyticsFold) full() bool {
	return len(f.touched) >= f.names || len(f.touchedPeople) >= f.names
}

// finish hands the page over, and begins another.
func (f *analyticsFold) finish() (*analyticsPage, error) {
	page := f.page
	page.to = f.mark
	for _, one := range f.touched {
		if err := f.settle(one); err != nil {
			return nil, err
		}
	}
	for _, one := range f.touchedPeople {
		if one.person != one.stored {
			page.persons = append(page.persons, personRow{one.hash, one.person.Conversation, int64(one.person.N)})
			one.stored = one.person
		}
	}
	f.ledger.into(page)
	page.sort()
	f.turnPage()
	return page, nil
}

func (f *analyticsFold) turnPage() {
	f.number++
	f.page, f.touched, f.touchedPeople = &analyticsPage{from: f.mark}, f.touched[:0], f.touchedPeople[:0]
}

// settle puts a conversation that was touched into the page.
func (f *analyticsFold) settle(one *foldedConversation) error {
	memory := &one.memory
	if memory.Version == 0 && !memory.Broken {
		return nil // asked for, and forgotten
	}
	body, err := f.bodies.put(memory.AppendBinary)
	if err != nil {
		return fmt.Errorf("conversation %q: %w", one.id, err)
	}
	if memory.Broken && !one.broken {
		one.broken = true
		f.page.broken++
	}
	f.store(one, &memory.Contact, 0, body)
	return nil
}

// store counts a contact and puts its row into the page.
func (f *analyticsFold) store(one *foldedConversation, contact *analytics.Contact, closed int64, body []byte) {
	if f.tables.keys != nil {
		body = []byte(f.tables.keys.seal(contactPlace, string(body)))
	}
	after := f.words.counted(contact, f.zone)
	f.ledger.move(&one.counted, &after)
	one.counted = after
	row := contactRow{
		conversation: one.id, n: int64(contact.N), opened: contact.Opened, day: after.day,
		marks: int64(after.marks), closed: closed, body: body,
	}
	if after.is {
		row.place = after.places[grainAll]
		f.page.opened(row.day, row.opened)
	}
	f.page.contacts = append(f.page.contacts, row)
}

// Conversation implements [analytics.State].
func (f *analyticsFold) Conversation(id string) (*analytics.Memory, error) {
	one, known := f.conversations.get(id)
	if !known {
		var err error
		if one, err = f.loadConversation(id); err != nil {
			return nil, err
		}
		f.conversations.put(id, one)
	}
	if one.page != f.number {
		one.page = f.number
		f.touched = append(f.touched, one)
	}
	return &one.memory, nil
}

func (f *analyticsFold) loadConversation(id string) (*foldedConversation, error) {
	one := &foldedConversation{id: id}
	if id == f.applying.Conversation && f.applying.Version == 1 {
		return one, nil
	}
	var body []byte
	err := f.tables.remembered.QueryRowContext(f.tables.lookup(f.ctx), id).Scan(&body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return one, nil
	case err != nil:
		return nil, f.tables.words.explain(err)
	}
	body, err = f.tables.keys.open(contactPlace, body)
	if err != nil {
		return nil, err
	}
	if err := one.memory.UnmarshalBinary(body); err != nil {
		return nil, err
	}
	one.broken = one.memory.Broken
	one.counted = f.words.counted(&one.memory.Contact, f.zone)
	return one, nil
}

// Person implements [analytics.State].
func (f *analyticsFold) Person(key string) (*analytics.Person, error) {
	hash := hashPerson(f.salt, key)
	one, known := f.persons.get(hash)
	if !known {
		one = &foldedPerson{hash: hash}
		err := f.tables.latest.QueryRowContext(f.tables.lookup(f.ctx), []byte(hash)).Scan(&one.person.Conversation, &one.person.N)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, f.tables.words.explain(err)
		}
		one.stored = one.person
		f.persons.put(hash, one)
	}
	if one.page != f.number {
		one.page = f.number
		f.touchedPeople = append(f.touchedPeople, one)
	}
	return &one.person, nil
}

// Close implements [analytics.State].
func (f *analyticsFold) Close(contact *analytics.Contact) error {
	one, known := f.conversations.get(contact.Conversation)
	if !known {
		return fmt.Errorf("contact %d of %q was not asked for", contact.N, contact.Conversation)
	}
	body, err := f.bodies.put(contact.AppendBinary)
	if err != nil {
		return fmt.Errorf("contact %d of %q: %w", contact.N, contact.Conversation, err)
	}
	f.store(one, contact, 1, body)
	one.counted = counted{}
	return nil
}

// hashPerson is a name for a person that can be made from no list of users: the
// salt is the log's.
func hashPerson(salt, key string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + key))
	return string(sum[:16])
}
