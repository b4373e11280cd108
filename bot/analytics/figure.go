package analytics

import "math"

// Unit is what a figure is measured in.
type Unit string

// The units.
const (
	UnitShare Unit = "share" // 0 … 1, with an interval
	UnitCount Unit = "count"
	UnitMS    Unit = "ms"    // a mean time
	UnitRatio Unit = "ratio" // a mean of anything else
)

// Better says which way a figure should go.
type Better string

// The ways.
const (
	BetterUp   Better = "up"
	BetterDown Better = "down"
	Neither    Better = "neither"
)

// Term is what a figure counts: contacts with a mark, or a sum over all.
type Term struct {
	Mark  Mark
	Sum   Sum
	IsSum bool
}

// Of is the term of some totals.
func (t Term) Of(totals *Totals) int64 {
	if t.IsSum {
		return totals.Sums[t.Sum]
	}
	return totals.Marks[t.Mark]
}

// In says whether a contact is among those a term counts.
func (t Term) In(c *Contact) bool {
	if t.IsSum {
		return c.Sums[t.Sum] != 0
	}
	return c.Marks.Has(t.Mark)
}

// String is the name of what is counted.
func (t Term) String() string {
	if t.IsSum {
		return t.Sum.String()
	}
	return t.Mark.String()
}

// Figure is one number of the dashboard, defined once and for all.
type Figure struct {
	ID          string
	Unit        Unit
	Numerator   Term
	Denominator Term // of counts: none, and zero
	Better      Better
	Name        map[string]string // per locale: zh-CN, en
	Means       map[string]string
	Source      string // where the definition comes from
}

// Value is a figure of some totals.
type Value struct {
	Num, Den  int64   // Den is 0 for counts, and where there is nothing to divide by
	Value     float64 // 0 where there is nothing to divide by
	Low, High float64 // of shares: the Wilson interval at 95 %; else Value
	Known     bool    // false where there is nothing to divide by
}

// FindFigure finds a figure by its id.
func FindFigure(id string) (Figure, bool) {
	for _, figure := range Figures() {
		if figure.ID == id {
			return figure, true
		}
	}
	return Figure{}, false
}

// Of is the figure of some totals.
func (f Figure) Of(totals *Totals) Value {
	num := f.Numerator.Of(totals)
	if f.Unit == UnitCount {
		n := float64(num)
		return Value{Num: num, Value: n, Low: n, High: n, Known: true}
	}
	v := Value{Num: num, Den: f.Denominator.Of(totals)}
	if v.Den <= 0 {
		return v
	}
	v.Known = true
	v.Value = float64(v.Num) / float64(v.Den)
	v.Low, v.High = v.Value, v.Value
	if f.Unit == UnitShare {
		v.Low, v.High = Wilson(v.Num, v.Den)
	}
	return v
}

// z is how many standard deviations hold 95 % of a normal distribution.
const z = 1.959963984540054

// Wilson is the interval that holds a share at 95 %, by Wilson's score. It is
// honest about few cases, and never leaves 0 … 1. Where there are none it is all
// of that.
func Wilson(hits, of int64) (low, high float64) {
	if of <= 0 {
		return 0, 1
	}
	n := float64(of)
	p := min(max(float64(hits)/n, 0), 1)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}
