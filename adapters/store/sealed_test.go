package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestSealedBlocksSurviveReopening(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openIdle(t, Options{Dir: dir})
	log.start()
	words := told(t, "c1", 1, "打开「我的」")
	if err := log.Append(t.Context(), words); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := openIdle(t, Options{Dir: dir})
	wantTurns(t, again, words)
	reader, err := OpenReader(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if turns, err := reader.Load(t.Context(), "c1"); err != nil || !sameBlocks(turns[0], words) {
		t.Errorf("the reader finds %v, %v", turns, err)
	}
}

func TestEachSealedBlockIsStoredOnce(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	log.commit(pendings(t, told(t, "a", 1, "same"), told(t, "b", 1, "same"), told(t, "a", 2, "other")))
	log.commit(pendings(t, told(t, "c", 1, "same")))
	if count := countRows(t, log, "sealed"); count != 2 {
		t.Errorf("%d blocks are stored, want 2", count)
	}
}

// A block that went down with its transaction comes with the next row again.
func TestSealedBlocksOfAFailedGroup(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	execute(t, log, `CREATE TRIGGER refuse BEFORE INSERT ON turns WHEN NEW.conversation = 'bad' BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	log.commit(pendings(t, told(t, "a", 1, "words"), turn("bad", 1)))
	if count := countRows(t, log, "sealed"); count != 0 {
		t.Fatalf("%d blocks of a failed group are stored", count)
	}
	words := told(t, "a", 1, "words")
	log.commit(pendings(t, words))
	wantTurns(t, log, words)
}

func TestMissingSealedBlockIsNamed(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"gone":    `DELETE FROM sealed`,
		"changed": `UPDATE sealed SET body = replace(body, 'words', 'lies')`,
	} {
		log := openIdle(t, Options{})
		log.commit(pendings(t, told(t, "a", 1, "words")))
		execute(t, log, damage)
		if turns, err := log.Load(t.Context(), "a", 0, 0); !errors.Is(err, bot.ErrMissingBlock) {
			t.Errorf("%s: %v, %v", name, turns, err)
		}
	}
}

// Readers share what they found, and never more connections than there are.
func TestSealedBlocksAreFoundByManyAtOnce(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{Readers: 2})
	words := told(t, "a", 1, "words")
	log.commit(pendings(t, words))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if turns, err := log.Load(context.WithoutCancel(t.Context()), "a", 0, 0); err != nil || !sameBlocks(turns[0], words) {
				t.Errorf("%v, %v", turns, err)
			}
		})
	}
	group.Wait()
}

// told is a turn that says sealed words.
func told(t *testing.T, conversation string, version int64, text string) bot.Turn {
	t.Helper()
	sealed := bot.Seal(bot.Block{Type: bot.BlockText, Text: text})
	turn := bottest.Turn(conversation, version, "question")
	turn.Events = append(turn.Events, bot.Message{Seq: version, Author: bot.AuthorBot, Blocks: []bot.Block{sealed.Block()}})
	return turn
}

func wantTurns(t *testing.T, log *Log, want ...bot.Turn) {
	t.Helper()
	stored := tailAll(t, log)
	if len(stored) != len(want) {
		t.Fatalf("%d turns are stored, want %d", len(stored), len(want))
	}
	for i, turn := range stored {
		if !sameBlocks(turn, want[i]) {
			t.Errorf("turn %d is %v, want %v", i, turn, want[i])
		}
	}
}

// sameBlocks compares the last message of two turns.
func sameBlocks(a, b bot.Turn) bool {
	x := a.Events[len(a.Events)-1].(bot.Message).Blocks
	y := b.Events[len(b.Events)-1].(bot.Message).Blocks
	return len(x) == len(y) && x[0].Equal(y[0])
}

func countRows(t *testing.T, log *Log, table string) (count int) {
	t.Helper()
	if err := log.db.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}
