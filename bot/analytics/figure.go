package analytics

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

// Figures are all figures, in the order they are shown.
func Figures() []Figure { return nil }

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
func (f Figure) Of(totals *Totals) Value { _ = totals; return Value{} }

// Kinds describes all kinds of keys, in the order they are shown.
func Kinds() []KindInfo { return nil }
