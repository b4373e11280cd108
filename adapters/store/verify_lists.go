package store

import (
	"fmt"
	"strings"

	"kaitong/bot"
)

// listVerifier holds the list of conversations against the fold of the log, one
// conversation after the other as the turns are verified.
type listVerifier struct {
	projected int64           // when it began
	rows      []*bot.Overview // that were read and not met yet, in the order of names
	read      string          // the name of the last one read
	all       bool            // nothing is left to read
	fold      *bot.Overview   // of the conversation at hand, up to projected
	broken    bool            // it is not whole: then nobody can say what the list should
	holes     []Hole
}

// projection notes how far the list goes, before anything else is looked at.
func (v *verifier) projection() (err error) {
	v.lists.projected, err = getProjected(v.ctx, v.db, v.words)
	return err
}

// take folds the next turn of the conversation at hand.
func (l *listVerifier) take(one record, failure error) {
	if l.fold == nil {
		l.fold = bot.NewOverview(one.conversation)
	}
	l.broken = l.broken || failure != nil
	if one.position <= l.projected {
		follow(l.fold, briefTurn(one.position, one.conversation, one.version, one.at, []byte(one.events)))
	}
}

// endOf compares when all turns of a conversation were met. A row that goes
// further than the fold, or is not the same, is looked at again: a server may
// have gone on meanwhile.
func (v *verifier) endOf(conversation string) error {
	fold, broken := v.lists.fold, v.lists.broken
	v.lists.fold, v.lists.broken = nil, false
	if fold == nil {
		return nil
	}
	row, err := v.rowOf(conversation)
	if err != nil || broken || same(row, fold) {
		return err
	}
	return v.lookAgain(conversation, fold.Turns)
}

// same says whether a row is what the log says. A conversation that has not
// been projected has none.
func same(row, fold *bot.Overview) bool {
	if row == nil {
		return fold.Turns == 0
	}
	return len(differences(row, fold)) == 0
}

// rowOf reads on to the row of a conversation, nil if there is none. What is
// passed over belongs to no conversation.
func (v *verifier) rowOf(conversation string) (*bot.Overview, error) {
	for {
		if err := v.readRows(); err != nil {
			return nil, err
		}
		if len(v.lists.rows) == 0 || v.lists.rows[0].Conversation > conversation {
			return nil, nil
		}
		row := v.lists.rows[0]
		v.lists.rows = v.lists.rows[1:]
		v.report.Overviews++
		if row.Conversation == conversation {
			return row, nil
		}
		if err := v.lookAgain(row.Conversation, 0); err != nil {
			return nil, err
		}
	}
}

func (v *verifier) readRows() error {
	if v.lists.all || len(v.lists.rows) > 0 {
		return nil
	}
	rows, err := overviewsIn(v.ctx, v.db, v.overviews.page, v.lists.read, verifyPage)
	if err != nil {
		return v.explain(err)
	}
	v.lists.rows, v.lists.all = rows, len(rows) < verifyPage
	if len(rows) > 0 {
		v.lists.read = rows[len(rows)-1].Conversation
	}
	return nil
}

// lookAgain compares one row with the turns that it says are in it. That holds
// at any moment, whatever is projected meanwhile: a row never goes back, and
// goes at least to the version known.
func (v *verifier) lookAgain(conversation string, known int64) error {
	row, err := overviewOf(v.ctx, v.db, v.words, conversation)
	if err != nil {
		return v.explain(err)
	}
	fold := bot.NewOverview(conversation)
	err = briefTurns(v.ctx, v.db, v.keys, func(turn bot.Turn) bool {
		if turn.Version <= max(row.Turns, known) {
			follow(fold, turn)
		}
		return turn.Version < max(row.Turns, known)
	}, v.overviews.since, conversation, 0)
	if err != nil {
		return v.explain(err)
	}
	v.lists.compare(row, fold)
	return nil
}

func (l *listVerifier) compare(row, fold *bot.Overview) {
	var problem string
	switch wrong := differences(row, fold); {
	case len(wrong) == 0:
		return
	case row.Turns == 0:
		problem = "it is missing in the list of conversations"
	case fold.Turns == 0:
		problem = "it is in the list of conversations and not in the log"
	default:
		problem = "the list of conversations says something else than the log: " + strings.Join(wrong, ", ")
	}
	l.holes = append(l.holes, Hole{Conversation: row.Conversation, Version: fold.Turns, Position: fold.Position, Problem: problem, Remedy: rebuildList})
}

// differences names what differs, without telling what concerns a person.
func differences(row, fold *bot.Overview) []string {
	var list []string
	for _, one := range []struct {
		name  string
		equal bool
	}{
		{fmt.Sprintf("turns %d instead of %d", row.Turns, fold.Turns), row.Turns == fold.Turns},
		{fmt.Sprintf("position %d instead of %d", row.Position, fold.Position), row.Position == fold.Position},
		{fmt.Sprintf("hand-off %q instead of %q", row.Handoff, fold.Handoff), row.Handoff == fold.Handoff},
		{fmt.Sprintf("product %q instead of %q", row.Product, fold.Product), row.Product == fold.Product},
		{fmt.Sprintf("language %q instead of %q", row.Locale, fold.Locale), row.Locale == fold.Locale},
		{"another owner", row.Owner == fold.Owner},
		{"another ticket", row.Ticket == fold.Ticket},
		{"another state of an appeal", row.Appeal == fold.Appeal},
		{"another beginning", row.Started.Equal(fold.Started)},
		{"another time of the last turn", row.Last.Equal(fold.Last)},
	} {
		if !one.equal {
			list = append(list, one.name)
		}
	}
	return list
}

// closeLists looks at the rows after the last conversation and reports, unless
// the list is being rebuilt: then it is not what it was when this began.
func (v *verifier) closeLists() error {
	if _, err := v.rowOf("\xff"); err != nil { // comes after every name
		return err
	}
	now, err := getProjected(v.ctx, v.db, v.words)
	if err != nil || now < v.lists.projected {
		return err
	}
	if v.lists.projected > v.end {
		v.report.add(Hole{Position: v.end, Problem: fmt.Sprintf("the list of conversations goes to position %d, the log does not", v.lists.projected), Remedy: rebuildList})
	}
	for _, hole := range v.lists.holes {
		v.report.add(hole)
	}
	return nil
}
