package demo

import (
	"container/heap"
	"context"
	"time"
)

// agenda is what happens when, in the order of time. Nothing waits for real:
// the clock is put forward to what comes next.
type agenda struct {
	now   time.Time
	items items
	added int
}

type item struct {
	at    time.Time
	order int // of two at the same moment the one planned first comes first
	do    func(context.Context) error
}

// plan lets something happen after a while.
func (a *agenda) plan(after time.Duration, do func(context.Context) error) {
	a.planAt(a.now.Add(after), do)
}

func (a *agenda) planAt(at time.Time, do func(context.Context) error) {
	a.added++
	heap.Push(&a.items, item{at: at, order: a.added, do: do})
}

// run lets everything happen that happens before end.
func (a *agenda) run(ctx context.Context, end time.Time) error {
	for len(a.items) > 0 && a.items[0].at.Before(end) {
		next, _ := heap.Pop(&a.items).(item)
		if next.at.After(a.now) {
			a.now = next.at
		}
		if err := next.do(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// items implement [heap.Interface].
type items []item

func (l items) Len() int { return len(l) }
func (l items) Less(i, j int) bool {
	if l[i].at.Equal(l[j].at) {
		return l[i].order < l[j].order
	}
	return l[i].at.Before(l[j].at)
}
func (l items) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push implements [heap.Interface].
func (l *items) Push(x any) {
	if one, ok := x.(item); ok {
		*l = append(*l, one)
	}
}

// Pop implements [heap.Interface].
func (l *items) Pop() any {
	old := *l
	last := old[len(old)-1]
	*l = old[:len(old)-1]
	return last
}
