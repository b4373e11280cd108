package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"kaitong/bot"
)

const (
	// maxHoles bounds what a report names one by one.
	maxHoles = 1000
	// verifyPage is how many rows are read at a time. No page holds up a server
	// beside it.
	verifyPage = 500
)

// Report says what was found in a log, and what is wrong with it.
type Report struct {
	Turns         int64  `json:"turns"`
	Conversations int64  `json:"conversations"`
	Blocks        int64  `json:"blocks"`    // sealed
	Overviews     int64  `json:"overviews"` // of conversations, in the list of them
	Erased        Erased `json:"erased"`    // and not there any more
	Holes         []Hole `json:"holes"`
	More          int64  `json:"more_holes,omitempty"` // that are not named
}

// Sound says whether nothing is wrong.
func (r Report) Sound() bool { return len(r.Holes) == 0 }

// Hole is one thing that is wrong. What a conversation says is not in it.
type Hole struct {
	Conversation string `json:"conversation,omitempty"`
	Version      int64  `json:"version,omitempty"`
	Position     int64  `json:"position,omitempty"`
	Problem      string `json:"problem"`
	Remedy       string `json:"remedy"`
}

const (
	restoreAll  = "Stop the server and restore the database from a backup."
	restoreThis = "This conversation is not served until its turns are back: restore them from a backup."
	restoreGone = "What stood there is gone, most likely the end of a conversation: compare with a backup."
	newProgram  = "Use the program that wrote it; this one is older."
	rebuildList = "Run `kaitong conversations rebuild`; the log itself is not concerned."
)

// add names a hole, and none twice: a damaged database says the same whatever
// it is asked.
func (r *Report) add(hole Hole) {
	if slices.Contains(r.Holes, hole) {
		return
	}
	if len(r.Holes) == maxHoles {
		r.More++
		return
	}
	r.Holes = append(r.Holes, hole)
}

// addFailure tells of one record.
func (r *Report) addFailure(one record, err error) {
	remedy := restoreThis
	if errors.Is(err, bot.ErrUnknownEvent) {
		remedy = newProgram
	}
	r.add(Hole{Conversation: one.conversation, Version: one.version, Position: one.position, Problem: err.Error(), Remedy: remedy})
}

// Stage is a part of verifying, for whoever shows how far it is.
type Stage string

// The stages of [Reader.Verify], in their order.
const (
	StageDatabase Stage = "database"
	StageBlocks   Stage = "blocks"
	StageTurns    Stage = "turns"
)

// Verify reads the whole log and names everything that is wrong with it: what
// the database says of itself, sealed blocks that are not what their key says,
// positions and versions that are missing, turns that were changed, and what
// cannot be read, and where the list of conversations is not what the log says.
// It may run beside a server; then it looks at what was there
// when it began. show is told how far it is. An error means that it could not
// look, not that something is wrong.
func (r *Reader) Verify(ctx context.Context, show func(stage Stage, done, total int64)) (Report, error) {
	var found Report
	err := r.from.read(ctx, func(db *sql.DB, w words) error {
		v := &verifier{ctx: ctx, db: db, words: w, show: show, report: Report{Holes: []Hole{}}}
		err := v.all()
		found = v.report
		return err
	})
	if err != nil {
		return found, fmt.Errorf("verify event log: %w", err)
	}
	return found, nil
}

// verifier goes through one log.
type verifier struct {
	ctx context.Context
	db  *sql.DB
	words
	show   func(Stage, int64, int64)
	last   int64 // the position that the log must reach
	end    int64 // the last position when it began
	report Report
	blocks blockVerifier
	lists  listVerifier
	graves graveVerifier
}

func (v *verifier) all() error {
	for _, step := range []func() error{v.projection, v.database, v.sealed, v.erased, v.positions, v.turns, v.closeBlocks, v.closeLists} {
		err := step()
		if errors.Is(err, ErrCorrupt) { // that is a finding
			v.report.add(Hole{Problem: err.Error(), Remedy: restoreAll})
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// database asks the database whether it thinks itself well.
func (v *verifier) database() error {
	v.show(StageDatabase, 0, 1)
	var err error
	if v.last, err = lastKnown(v.ctx, v.db, v.words); err != nil { // before the end, which a server moves on
		return err
	}
	if err := v.db.QueryRowContext(v.ctx, v.reached).Scan(&v.end); err != nil {
		return v.explain(err)
	}
	complaints, err := v.structure(v.ctx, v.db)
	for _, complaint := range complaints {
		v.report.add(Hole{Problem: complaint, Remedy: restoreAll})
	}
	return v.explain(err)
}

// sealed reads every block, whether a turn refers to it or not.
func (v *verifier) sealed() error {
	var total int64
	if err := v.db.QueryRowContext(v.ctx, v.countBlocks).Scan(&total); err != nil {
		return v.explain(err)
	}
	for key := ""; ; {
		list, err := v.blockPage(key)
		if err != nil {
			return v.explain(err)
		}
		if len(list) == 0 {
			return nil
		}
		for _, one := range list {
			v.report.Blocks++
			if _, err := bot.OpenSealed(one.key, one.body); errors.Is(err, bot.ErrMissingBlock) {
				v.blocks.note(one.key, fmt.Sprintf("sealed block %s was changed: its content does not belong to its key", one.key))
			} else if err != nil {
				v.blocks.note(one.key, err.Error())
			}
		}
		key = list[len(list)-1].key
		v.show(StageBlocks, v.report.Blocks, total)
	}
}

type storedBlock struct {
	key  string
	body []byte
}

func (v *verifier) blockPage(after string) ([]storedBlock, error) {
	rows, err := v.db.QueryContext(v.ctx, v.pageBlocks, after, verifyPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []storedBlock
	for rows.Next() {
		var one storedBlock
		if err := rows.Scan(&one.key, &one.body); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// positions looks for numbers that were given out and are not there.
func (v *verifier) positions() error {
	dense, err := getNumber(v.ctx, v.db, v.words, metaDense)
	if err != nil {
		return err
	}
	for _, hole := range missingEnd(v.end, v.last) {
		v.report.add(hole)
	}
	return v.missingPositions(dense)
}

// missingEnd tells when the log ends before it was known to end.
func missingEnd(end, last int64) []Hole {
	if end >= last {
		return nil
	}
	return []Hole{missingHole(end+1, last)}
}

func missingHole(first, last int64) Hole {
	if first == last {
		return Hole{Position: first, Problem: "the turn at this position is missing", Remedy: restoreGone}
	}
	return Hole{Position: first, Problem: fmt.Sprintf("the turns at positions %d to %d are missing", first, last), Remedy: restoreGone}
}

// turns goes through every conversation, one after the other, so that it needs
// to remember one.
func (v *verifier) turns() error {
	var total int64
	if err := v.db.QueryRowContext(v.ctx, v.countTurns).Scan(&total); err != nil {
		return v.explain(err)
	}
	along, last := walk{}, record{}
	find := blocksIn(v.db, v.words).finder(v.ctx)
	for {
		page, err := queryRecords(v.ctx, v.db, v.words, v.page, last.conversation, last.version, v.end, verifyPage)
		if err != nil {
			return fmt.Errorf("read on after conversation %q, version %d: %w", last.conversation, last.version, v.explain(err))
		}
		if len(page) == 0 {
			return v.endOf(last.conversation)
		}
		for _, one := range page {
			if one.conversation != last.conversation || v.report.Turns == 0 {
				if err := v.endOf(last.conversation); err != nil {
					return err
				}
				along, last = walk{}, record{}
				v.report.Conversations++
				v.risen(one)
			}
			v.report.Turns++
			v.turn(one, last, &along, find)
			last = one
		}
		v.show(StageTurns, v.report.Turns, total)
	}
}

func (v *verifier) turn(one, before record, along *walk, find bot.FindSealed) {
	err := along.next(one)
	if err == nil && one.position <= before.position {
		err = fmt.Errorf("%w: it stands before version %d", ErrBroken, before.version)
	}
	missing := ""
	if err == nil {
		missing, err = openTurn(one, find)
	}
	v.lists.take(one, err)
	switch {
	case missing != "":
		v.blocks.referred(missing, one)
	case err != nil:
		v.report.addFailure(one, err)
	}
}
