package store

import (
	"kaitong/bot"
)

const (
	// maxHeads bounds the conversations whose last link is kept, twice over:
	// some 10 MB when full.
	maxHeads = 1 << 15
	// noteEvery is after how many turns it is noted that the log is whole.
	noteEvery = 4096
)

// writes is a database that turns are written to, by one goroutine. Its errors
// are explained already.
type writes interface {
	// heads tells where conversations end; it leaves out those that have no turn.
	heads(names []string, found func(name string, end head)) error
	// write stores a batch in one transaction, or nothing of it, and marks the
	// rows that went in. A row stays out when its version is there already or
	// what it hangs on is not.
	write(batch *batch) error
	// close releases the connection.
	close() error
}

// head is where a conversation ends.
type head struct {
	version int64
	chain   link
	batch   uint64 // the batch that it was planned in
	wave    int
}

// batch is what goes into one transaction.
type batch struct {
	rows   []row
	blocks []*bot.Sealed
	probe  bool          // write something, to see whether that works
	note   bool          // note that the log is whole up to its end
	page   *overviewPage // nil: none; the rest is stored also when this fails
	salt   string        // of the names on tombstones; empty: there are none
}

func (b *batch) empty() bool { return len(b.rows) == 0 && !b.probe && !b.note && b.page == nil }

// row is a turn with its place in the chain.
type row struct {
	*pending
	before, chain link
	wave          int // how many turns of the same conversation come before it in the batch
	stored        bool
	erased        bool // its conversation was
}

// grouper turns groups of waiting turns into batches. It belongs to the
// writer's goroutine.
type grouper struct {
	db      writes
	ends    *recent[string, head]     // of conversations, as far as we know
	stored  *recent[string, struct{}] // sealed blocks known to be in the log
	chainer chainer
	batch   batch
	number  uint64 // of the batch
	unnoted int    // turns stored since the last note
	unknown []string
	salt    func() string // of the names on tombstones, empty while there are none; nil: never
}

func newGrouper(db writes) *grouper {
	return &grouper{db: db, ends: newRecent[string, head](maxHeads), stored: newRecent[string, struct{}](maxBlocks)}
}

// store gives every turn of a group its result. It returns what went wrong
// with the database, if anything did. It takes no caller's context: nobody's
// impatience may end what others wait for.
func (g *grouper) store(group []*pending) error {
	for len(group) > 0 {
		if err := g.once(group); err != nil {
			g.forget()
			for _, turn := range group {
				turn.result = err
			}
			return err
		}
		group = g.settle()
	}
	return nil
}

func (g *grouper) once(group []*pending) error {
	if err := g.lookUp(group); err != nil {
		return err
	}
	g.plan(group)
	if g.batch.empty() {
		return nil
	}
	return g.db.write(&g.batch)
}

// lookUp finds out where conversations end that have gone on elsewhere, or
// that we have not met for long. A first turn needs no looking up: should there
// be one already, the database keeps the second out.
func (g *grouper) lookUp(group []*pending) error {
	g.unknown = g.unknown[:0]
	for _, turn := range group {
		if end, _ := g.ends.get(turn.conversation); end.version < turn.version-1 && !turn.probe {
			g.unknown = append(g.unknown, turn.conversation)
		}
	}
	if len(g.unknown) == 0 {
		return nil
	}
	return g.db.heads(g.unknown, g.ends.put)
}

// plan decides what goes into the batch. Ends are moved on at once, so that a
// turn may follow one of the same batch.
func (g *grouper) plan(group []*pending) {
	g.number++
	clear(g.batch.rows)
	g.batch = batch{rows: g.batch.rows[:0], blocks: g.batch.blocks[:0]}
	if g.salt != nil {
		g.batch.salt = g.salt()
	}
	for _, turn := range group {
		if turn.result = turn.ctx.Err(); turn.result != nil { // nobody waits for it any more
			continue
		}
		if turn.probe {
			g.batch.probe = true
			continue
		}
		if turn.page != nil {
			g.batch.page = turn.page
			continue
		}
		turn.result = g.add(turn)
	}
	g.batch.note = g.unnoted+len(g.batch.rows) >= noteEvery
}

func (g *grouper) add(turn *pending) error {
	end, _ := g.ends.get(turn.conversation)
	if turn.version != end.version+1 {
		return bot.ErrConflict
	}
	g.addBlocks(turn.sealed)
	one := row{pending: turn, before: end.chain}
	if end.batch == g.number {
		one.wave = end.wave + 1
	}
	one.chain = g.chainer.link(end.chain, turn.conversation, turn.version, turn.at, turn.events)
	g.ends.put(turn.conversation, head{version: turn.version, chain: one.chain, batch: g.number, wave: one.wave})
	g.batch.rows = append(g.batch.rows, one)
	return nil
}

// addBlocks adds the blocks that the log does not hold yet. They stay even when
// the row turns out to be a conflict: they are needed sooner or later.
func (g *grouper) addBlocks(sealed []*bot.Sealed) {
	for _, block := range sealed {
		if _, ok := g.stored.get(block.Key()); !ok {
			g.stored.put(block.Key(), struct{}{})
			g.batch.blocks = append(g.batch.blocks, block)
		}
	}
}

// settle takes in what became of the batch. It returns the turns that another
// node's turn kept out because they follow one that it kept out: they are tried
// again with what is there now.
func (g *grouper) settle() (again []*pending) {
	stored := 0
	for _, one := range g.batch.rows {
		if one.stored {
			stored++
			continue
		}
		g.ends.remove(one.conversation)
		switch {
		case one.erased:
			one.result = bot.ErrErased
			continue
		case one.wave == 0:
			one.result = bot.ErrConflict
			continue
		}
		again = append(again, one.pending)
	}
	g.unnoted += stored
	if g.batch.note {
		g.unnoted = 0
	}
	return again
}

// finish notes that the log is whole, unless that is known.
func (g *grouper) finish() error {
	if g.unnoted == 0 {
		return nil
	}
	g.plan(nil)
	g.batch.note = true
	return g.db.write(&g.batch)
}

// forget drops what a failed transaction leaves in doubt.
func (g *grouper) forget() {
	g.ends.clear()
	g.stored.clear()
}
