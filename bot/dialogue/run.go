package dialogue

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"time"

	"kaitong/bot"
	"kaitong/knowledge"
)

// Options are what dialogues are played with. All but Parallel and Progress
// are required.
type Options struct {
	Edition bot.Edition
	Log     bot.EventLog // every dialogue is a conversation of its own in it
	// Check is the eligibility service. It answers as the reply says, with
	// everything taken out that may not be told.
	Check func(ctx context.Context, request bot.CheckRequest, reply knowledge.Reply) (bot.Verdict, error)
	Now   func() time.Time

	Parallel int                   // dialogues played at once; 0: four a core, since they wait for disks and timeouts
	Progress func(done, total int) // told after every dialogue, one call at a time
}

// Run plays the dialogues. The results come in their order. An error means
// that they could not be played; what they found wrong is in the report.
func Run(ctx context.Context, o Options, dialogues []knowledge.Dialogue) (Report, error) {
	if o.Parallel == 0 {
		o.Parallel = 4 * runtime.GOMAXPROCS(0)
	}
	r := &runner{Options: o, started: o.Now(), total: len(dialogues), seen: newSeen()}
	results := make([]Result, len(dialogues))
	places := make(chan int)
	var workers sync.WaitGroup
	for range min(o.Parallel, len(dialogues)) {
		workers.Go(func() {
			for i := range places {
				results[i] = r.dialogue(ctx, i, dialogues[i])
			}
		})
	}
	for i := range dialogues {
		places <- i
	}
	close(places)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return Report{}, err
	}
	return Report{Results: results, Coverage: r.seen.coverage(o.Edition), Took: o.Now().Sub(r.started)}, nil
}

// runner is one run over all dialogues.
type runner struct {
	Options
	started time.Time
	total   int

	mu   sync.Mutex
	done int
	seen *seen
}

// dialogue plays one dialogue, and once more for every set of replies that
// must not be told apart from its own.
func (r *runner) dialogue(ctx context.Context, n int, d knowledge.Dialogue) Result {
	first := r.newPlayer("dialogue-"+strconv.Itoa(n+1), d, d.Replies)
	first.play(ctx)
	for i, replies := range d.Alike {
		again := r.newPlayer("dialogue-"+strconv.Itoa(n+1)+"-"+strconv.Itoa(i+1), d, replies)
		again.quiet = true
		again.play(ctx)
		first.compare(again, i)
	}
	r.finish(first)
	return Result{Dialogue: d.ID, File: d.File, Exchanges: first.exchanges, Failures: first.failures}
}

func (r *runner) finish(p *player) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen.add(p.heard)
	r.done++
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}
