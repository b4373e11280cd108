package cli

import (
	"context"
	"math/rand/v2"
	"testing"

	"kaitong/bot"
)

// sparseLog has turns at some positions.
type sparseLog struct {
	bot.EventLog
	positions []int64
	reads     int
}

func (s *sparseLog) Tail(_ context.Context, after int64, _ int) ([]bot.Turn, error) {
	s.reads++
	for _, position := range s.positions {
		if position > after {
			return []bot.Turn{{Position: position}}, nil
		}
	}
	return nil, nil
}

// The end of a log is found wherever it is, in few looks.
func TestEndOfLog(t *testing.T) {
	t.Parallel()
	source := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		log, last := &sparseLog{}, int64(0)
		for range source.IntN(20) {
			last += 1 + source.Int64N(1<<source.IntN(40))
			log.positions = append(log.positions, last)
		}
		from := source.Int64N(last + 1)
		end, err := endOfLog(t.Context(), log, from)
		if err != nil || end != last {
			t.Fatalf("from %d in %v: %d, %v", from, log.positions, end, err)
		}
		if log.reads > 200 {
			t.Errorf("%d looks into %v", log.reads, log.positions)
		}
	}
	full := &sparseLog{positions: make([]int64, 1_000_000)}
	for i := range full.positions {
		full.positions[i] = int64(i + 1)
	}
	if end, err := endOfLog(t.Context(), full, 0); err != nil || end != 1_000_000 || full.reads > 60 {
		t.Errorf("a million turns: %d after %d looks, %v", end, full.reads, err)
	}
}
