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
	// AnonymousTokens are those of all who have not signed in, together: a new
	// person each time is nobody's to count. Neither may they spend more than half
	// of what there is.
	AnonymousTokens int
	Tokens          int
	Cost            int // in hundredths of a unit of currency, as prices are
	PriceIn         int // of a million tokens sent
	PriceOut        int // of a million tokens received
}

// account is on which a request goes.
type account struct {
	name      string
	anonymous bool // shares the budget of all who have not signed in
}

// Spent is what was spent.
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
	total Spent // since the start
	held  Usage // put down by requests under way
	whose map[string]int
	crowd Usage // of those who have not signed in, with what they put down
}

func newPurse(budget Budget, now func() time.Time) *purse {
	return &purse{budget: budget, now: now, whose: map[string]int{}}
}

// take puts down for a request, and returns how to settle it.
func (p *purse) take(whom account, most Usage) (settle func(Usage), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	if err := p.afford(whom, most); err != nil {
		return nil, err
	}
	if len(p.whose) >= maxPeople {
		clear(p.whose)
	}
	p.whose[whom.name] += most.In + most.Out
	p.held = p.held.plus(most)
	if whom.anonymous {
		p.crowd = p.crowd.plus(most)
	}
	return func(used Usage) { p.settle(whom, most, used) }, nil
}

// afford says which budget a request would exceed.
func (p *purse) afford(whom account, most Usage) error {
	b, after, crowd := p.budget, p.held.plus(most), p.crowd.plus(most)
	switch {
	case b.UserTokens > 0 && p.whose[whom.name]+most.tokens() > b.UserTokens:
		return fmt.Errorf("of this person: %w", ErrBudget)
	case whom.anonymous && b.AnonymousTokens > 0 && (crowd.tokens() > b.crowd() || b.Cost > 0 && 2*b.cost(crowd) > float64(b.Cost)):
		return fmt.Errorf("of those who have not signed in: %w", ErrBudget)
	case b.Tokens > 0 && p.spent.In+p.spent.Out+after.tokens() > b.Tokens:
		return fmt.Errorf("of tokens: %w", ErrBudget)
	case b.Cost > 0 && p.spent.Cost+b.cost(after) > float64(b.Cost):
		return fmt.Errorf("of money: %w", ErrBudget)
	}
	return nil
}

// crowd is what all who have not signed in may take together.
func (b Budget) crowd() int {
	if b.Tokens > 0 {
		return min(b.AnonymousTokens, b.Tokens/2)
	}
	return b.AnonymousTokens
}

func (p *purse) settle(whom account, most, used Usage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	p.held = p.held.plus(Usage{In: -most.In, Out: -most.Out})
	p.whose[whom.name] = max(0, p.whose[whom.name]-most.tokens()+used.tokens())
	if whom.anonymous {
		p.crowd = Usage{In: max(0, p.crowd.In-most.In+used.In), Out: max(0, p.crowd.Out-most.Out+used.Out)}
	}
	for _, sum := range []*Spent{&p.spent, &p.total} {
		sum.Requests++
		sum.In, sum.Out = sum.In+used.In, sum.Out+used.Out
		sum.Cost += p.budget.cost(used)
	}
}

// turn begins a new day.
func (p *purse) turn() {
	if day := p.now().Unix() / int64(24*time.Hour/time.Second); day != p.day {
		p.day, p.spent, p.crowd = day, Spent{}, Usage{}
		clear(p.whose)
	}
}

func (b Budget) cost(used Usage) float64 {
	return float64(used.In)*float64(b.PriceIn)/million + float64(used.Out)*float64(b.PriceOut)/million
}

func (p *purse) all() Spent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
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
