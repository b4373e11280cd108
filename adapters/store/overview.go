package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"kaitong/bot"
)

const (
	// projectPage is how many turns are projected at a time, and projectNames of
	// how many conversations: what bounds how long turns wait behind it.
	projectPage  = 8192
	projectNames = 1024
)

// errMoved says that somebody else has projected meanwhile, or has emptied the
// table.
var errMoved = errors.New("the list of conversations was changed by somebody else")

// overviewWords is what the list of conversations says in the words of one
// database. Rows of it have all the columns.
type overviewWords struct {
	// Turns are position, conversation, version, at, and events when an overview
	// needs them; other events may come or not.
	tail  string // after a position, in order
	since string // of a conversation, after a version
	back  string // between two positions, the last first, without their events

	one     string // the row of a conversation
	newest  string // rows, the latest turn first
	open    string // for listed: those that wait for a human or have one, the oldest turn first
	sent    string // rows of those whose appeal the institution has not confirmed, the earliest first
	refused string // rows of those whose appeal was refused and that have or want a human, the latest turn first
	whose   string // rows of a person of a tenant in which an appeal was begun, the latest turn first
	owned   string // rows of a person of a tenant
	kept    string // rows whose last turn is before a time, without what is under way, the oldest first
	filed   string // for listed: those in which an appeal was begun
	page    string // rows in the order of their conversations, after one
}

// overviewMerge adds what was projected to what was known.
const overviewMerge = `
	ON CONFLICT (conversation) DO UPDATE SET
		tenant = coalesce(excluded.tenant, overviews.tenant), owner = coalesce(excluded.owner, overviews.owner),
		anonymous = coalesce(excluded.anonymous, overviews.anonymous), product = coalesce(excluded.product, overviews.product),
		locale = coalesce(excluded.locale, overviews.locale), started = coalesce(excluded.started, overviews.started),
		last = excluded.last, turns = excluded.turns, handoff = coalesce(excluded.handoff, overviews.handoff),
		ticket = coalesce(excluded.ticket, overviews.ticket), position = excluded.position,
		appeal = coalesce(excluded.appeal, overviews.appeal)`

// overviewPage is what the turns after one position, up to another, add to the
// overviews.
type overviewPage struct {
	after, end int64
	more       bool // turns may wait behind it
	known      map[string]*bot.Overview
	empties    bool  // the table shall be emptied instead
	failure    error // of storing it
}

func newOverviewPage(after int64) *overviewPage {
	return &overviewPage{after: after, end: after, known: map[string]*bot.Overview{}}
}

// add takes the next turn in, or says that the page is full. Of a conversation
// that began before the page, what the page says is all that is known here.
func (p *overviewPage) add(turn bot.Turn) bool {
	one := p.known[turn.Conversation]
	if one == nil {
		if len(p.known) == projectNames {
			return false
		}
		one = &bot.Overview{Conversation: turn.Conversation}
		p.known[turn.Conversation] = one
	}
	follow(one, turn)
	p.end = turn.Position
	return true
}

// sorted are the overviews in the order of the table, in which storing them is
// quicker.
func (p *overviewPage) sorted() []*bot.Overview {
	list := make([]*bot.Overview, 0, len(p.known))
	for _, one := range p.known {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b *bot.Overview) int { return compare(a.Conversation, b.Conversation) })
	return list
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// follow applies a turn. Over a hole in the log it goes on from what comes
// after: verifying names holes, and one must not keep others from the list.
func follow(o *bot.Overview, turn bot.Turn) {
	o.Turns = turn.Version - 1
	_ = o.Apply(turn) // the version fits, and the conversation is the same
}

// overviewRow are the columns of an overview; nil is what it does not know.
func overviewRow(o *bot.Overview) []any {
	row := []any{o.Conversation, nil, nil, nil, nil, nil, nil, o.Last.UTC().Format(timeLayout), o.Turns, nil, nil, o.Position, nil}
	begun := !o.Started.IsZero() || o.Product != "" || o.Locale != ""
	if begun || o.Owner != (bot.Identity{}) {
		row[1], row[2], row[3] = o.Owner.Tenant, o.Owner.User, o.Owner.Anonymous
	}
	if begun { // else it has another owner, and nothing else is known here
		row[4], row[5] = o.Product, o.Locale
	}
	if !o.Started.IsZero() {
		row[6] = o.Started.UTC().Format(timeLayout)
	}
	if o.Handoff != "" {
		row[9] = string(o.Handoff)
	}
	if o.Ticket != "" {
		row[10] = o.Ticket
	}
	if o.Appeal != "" {
		row[12] = string(o.Appeal)
	}
	return row
}

// overviewsIn reads rows of the table.
func overviewsIn(ctx context.Context, db *sql.DB, text string, args ...any) ([]*bot.Overview, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*bot.Overview
	for rows.Next() {
		one, err := scanOverview(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

func scanOverview(rows *sql.Rows) (*bot.Overview, error) {
	var o bot.Overview
	var tenant, owner, product, locale, started, handoff, ticket, appeal sql.NullString
	var anonymous sql.NullBool
	var last string
	err := rows.Scan(&o.Conversation, &tenant, &owner, &anonymous, &product, &locale, &started, &last, &o.Turns, &handoff, &ticket, &o.Position, &appeal)
	if err != nil {
		return nil, err
	}
	o.Owner = bot.Identity{Tenant: tenant.String, User: owner.String, Anonymous: anonymous.Bool}
	o.Product, o.Locale, o.Ticket = product.String, locale.String, ticket.String
	o.Started, o.Last = moment(started.String), moment(last)
	o.Handoff, o.Appeal = bot.HandoffNone, bot.AppealState(appeal.String)
	if handoff.String != "" {
		o.Handoff = bot.HandoffState(handoff.String)
	}
	return &o, nil
}

// moment reads a time of the log; what is none is no time.
func moment(text string) time.Time {
	at, err := time.Parse(timeLayout, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// briefTurn is what an overview needs of a row. What cannot be read counts as a
// turn that says nothing; verifying names it.
func briefTurn(position int64, conversation string, version int64, at string, events []byte) bot.Turn {
	turn := bot.Turn{Position: position, Conversation: conversation, Version: version, At: moment(at)}
	if said, err := bot.DecodeOverview(events); err == nil {
		turn.Events = said
	}
	return turn
}

// openBrief is a row as it was before it was encrypted. What cannot be opened says
// nothing; verifying names it.
func openBrief(keys *keyring, conversation string, version int64, events []byte) []byte {
	if len(events) == 0 || events[0] != sealedMark[0] {
		return events
	}
	opened, err := keys.open(turnPlace(conversation, version), events)
	if err != nil {
		return nil
	}
	return opened
}

// briefTurns reads turns until enough says so.
func briefTurns(ctx context.Context, db *sql.DB, keys *keyring, take func(bot.Turn) bool, text string, args ...any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var position, version int64
	var conversation, at string
	var events sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&position, &conversation, &version, &at, &events); err != nil {
			return err
		}
		if !take(briefTurn(position, conversation, version, at, openBrief(keys, conversation, version, events))) {
			break
		}
	}
	return rows.Err()
}

// getProjected returns the position up to which the table goes.
func getProjected(ctx context.Context, db *sql.DB, w words) (int64, error) {
	return getNumber(ctx, db, w, metaProjected)
}

// listed calls take with the conversations of a list, and returns the position
// up to which the list goes. Both are read in one statement: another node may
// begin the list anew at any moment.
func (l *Log) listed(ctx context.Context, text string, take func(conversation string)) (projected int64, err error) {
	rows, err := l.db.pool.QueryContext(ctx, text)
	if err != nil {
		return 0, l.db.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name sql.NullString
		if err := rows.Scan(&projected, &name); err != nil {
			return 0, l.db.explain(err)
		}
		if name.Valid {
			take(name.String)
		}
	}
	return projected, l.db.explain(rows.Err())
}

// listWords is a statement for listed. There always is a row, the only one
// without a conversation where none fits.
func listWords(fits, order string) string {
	return `
		SELECT listed.upto, overviews.conversation
		FROM (SELECT coalesce((SELECT CAST(value AS bigint) FROM meta WHERE key = 'projected'), 0) AS upto) AS listed
		LEFT JOIN overviews ON ` + fits + order
}

const (
	fitsOpen  = `overviews.handoff IN ('requested', 'queued', 'active')`
	fitsFiled = `overviews.appeal IS NOT NULL`
)

func positionText(position int64) string { return strconv.FormatInt(position, 10) }
