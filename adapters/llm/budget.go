package llm

import (
	"fmt"
	"sync"
	"time"
)

// Budget is what may be spent in a day, by the clock of UTC, on one node. 0 is no
// limit.
type Budget struct {
	UserTokens int // of one person
	Tokens     int
	Cost       int // in hundredths of a unit of currency, as prices are
	PriceIn    int // of a million tokens sent
	PriceOut   int // of a million tokens received
}

// Spent is what was spent today.
type Spent struct {
	Requests int
	In, Out  int     // tokens
	Cost     float64 // in hundredths of a unit of currency
}

// million tokens are what prices are for.
const million = 1_000_000

// maxPeople bounds how many people are remembered with what they spent. Past it
// all of them begin anew; the budget of all stands.
const maxPeople = 100_000

// purse counts what is spent. Whoever asks puts down beforehand what it may take
// at most, so that many at once cannot spend more than there is.
type purse struct {
	budget Budget
	now    func() time.Time

	mu    sync.Mutex
	day   int64
	spent Spent
	held  Usage // put down by requests under way
	whose map[string]int
}

func newPurse(budget Budget, now func() time.Time) *purse {
	return &purse{budget: budget, now: now, whose: map[string]int{}}
}

// take puts down for a request, and returns how to settle it.
func (p *purse) take(whom string, most Usage) (settle func(Usage), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	tokens, after := most.In+most.Out, p.held
	after.In, after.Out = after.In+most.In, after.Out+most.Out
	switch b := p.budget; {
	case b.UserTokens > 0 && p.whose[whom]+tokens > b.UserTokens:
		return nil, fmt.Errorf("of this person: %w", ErrBudget)
	case b.Tokens > 0 && p.spent.In+p.spent.Out+after.In+after.Out > b.Tokens:
		return nil, fmt.Errorf("of tokens: %w", ErrBudget)
	case b.Cost > 0 && p.spent.Cost+b.cost(after) > float64(b.Cost):
		return nil, fmt.Errorf("of money: %w", ErrBudget)
	}
	if len(p.whose) >= maxPeople {
		clear(p.whose)
	}
	p.whose[whom] += tokens
	p.held = after
	return func(used Usage) { p.settle(whom, most, used) }, nil
}

func (p *purse) settle(whom string, most, used Usage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	p.held.In, p.held.Out = p.held.In-most.In, p.held.Out-most.Out
	p.whose[whom] = max(0, p.whose[whom]-most.In-most.Out+used.In+used.Out)
	p.spent.Requests++
	p.spent.In, p.spent.Out = p.spent.In+used.In, p.spent.Out+used.Out
	p.spent.Cost += p.budget.cost(used)
}

// turn begins a new day.
func (p *purse) turn() {
	if day := p.now().Unix() / int64(24*time.Hour/time.Second); day != p.day {
		p.day, p.spent = day, Spent{}
		clear(p.whose)
	}
}

func (b Budget) cost(used Usage) float64 {
	return float64(used.In)*float64(b.PriceIn)/million + float64(used.Out)*float64(b.PriceOut)/million
}

func (p *purse) today() Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	return p.spent
}

// empty says whether what all may spend today is spent.
func (p *purse) empty() bool {
	spent, b := p.today(), p.budget
	return b.Tokens > 0 && spent.In+spent.Out >= b.Tokens || b.Cost > 0 && spent.Cost >= float64(b.Cost)
}
