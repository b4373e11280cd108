package bot

import (
	"slices"
	"strings"
	"time"
)

// Appeal is where a person stands with asking for a review by a human. The zero
// value is no appeal.
type Appeal struct {
	State   AppealState
	Step    AppealStep // asked last
	Paused  bool       // something else was talked about since
	Begun   time.Time
	Product string
	Causes  []string  // of the refusal, as far as they may be told
	Decided time.Time // when the verdict was given

	Explanation string // the person's own words, masked
	Proofs      []Proof
	Consent     bool

	Reference string // what people read out, and what makes a submission the same one again
	Submitted time.Time
	Accepted  time.Time
	Refused   time.Time
	Class     RefusalClass // why it was refused
}

// AppealState is how far an appeal has come.
type AppealState string

// The states of an appeal.
const (
	AppealOpen     AppealState = "open"      // being filled in
	AppealSent     AppealState = "submitted" // the person sent it off
	AppealReceived AppealState = "accepted"  // the institution has it
	AppealDeclined AppealState = "refused"   // the institution will not take it
)

// RefusalClass is why an institution will not take an appeal, in the few kinds
// that people are told. What a service writes beside it stays with operators.
type RefusalClass string

// The classes of a refusal.
const (
	RefusedTechnical RefusalClass = "technical" // it could not be processed: a human has to see to it
	RefusedLate      RefusalClass = "late"      // the time for it is over
	RefusedFinal     RefusalClass = "final"     // this result is not reviewed
)

// known is the class itself, or the one that a human sees to.
func (c RefusalClass) known() RefusalClass {
	if c == RefusedLate || c == RefusedFinal {
		return c
	}
	return RefusedTechnical
}

// AppealStep is what the form asks.
type AppealStep string

// The steps of the form, in order.
const (
	AppealExplain AppealStep = "explanation"
	AppealProofs  AppealStep = "proofs"
	AppealConfirm AppealStep = "confirm"
)

// MaxProofs is how many documents one appeal takes.
const MaxProofs = 5

// Proof is a document as the log knows it.
type Proof struct {
	ID     string `json:"id"`
	Name   string `json:"name"` // as the person called it, masked
	Type   string `json:"type"` // media type, found in the content
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Refusal is what can be appealed against. The zero value is none.
type Refusal struct {
	Appealable bool
	Causes     []string // as far as they may be told
	At         time.Time
}

// checked is the refusal after a check; one that could not be made leaves what
// is known.
func (r Refusal) checked(e Checked) Refusal {
	switch {
	case e.Verdict == nil || e.Verdict.Decision == Unknown:
		return r
	case e.Verdict.Decision != Ineligible:
		return Refusal{}
	}
	return Refusal{Appealable: e.Verdict.Appealable, At: e.Verdict.CheckedAt}
}

// tell takes the causes from what the person was told, and from nowhere else.
func (r *Refusal) tell(about About) {
	if about.Decision == Ineligible && len(about.Reasons) > 0 {
		r.Causes = about.Reasons
	}
}

// apply folds one event in.
func (a Appeal) apply(event Event, at time.Time) Appeal {
	switch e := event.(type) {
	case AppealStarted:
		return Appeal{State: AppealOpen, Begun: at, Product: e.Product, Causes: e.Causes, Decided: e.Decided}
	case AppealFilled:
		return a.fill(e)
	case ProofAttached:
		a.Proofs = append(slices.Clip(a.Proofs), e.Proof)
	case ProofDropped:
		a.Proofs = slices.DeleteFunc(slices.Clone(a.Proofs), func(p Proof) bool { return p.ID == e.ID })
		a.Paused = a.Paused || a.Step == AppealConfirm // it is not what they saw last
	case AppealSubmitted:
		a.State, a.Reference, a.Submitted = AppealSent, e.Reference, at
	case AppealAccepted:
		a.State, a.Accepted = AppealReceived, e.At
	case AppealRefused:
		a.State, a.Refused, a.Class = AppealDeclined, e.At, e.Class.known()
	}
	return a
}

func (a Appeal) fill(e AppealFilled) Appeal {
	switch e.Field {
	case fieldExplanation:
		a.Explanation = e.Value
	case fieldConsent:
		a.Consent = e.Value != ""
	}
	return a
}

// The fields of the form.
const (
	fieldExplanation = "explanation"
	fieldProofs      = "proofs"
	fieldConsent     = "consent"
)

// show takes note of what an answer showed of the form. Small talk is no
// interruption.
func (a *Appeal) show(about About, last Move) {
	switch {
	case a.State != AppealOpen:
	case about.Appeal != "":
		a.Step, a.Paused = about.Appeal, false
	case last != MoveSmallTalk:
		a.Paused = true
	}
}

// next is the step behind the present one.
func (a Appeal) next() AppealStep {
	if a.Step == AppealExplain {
		return AppealProofs
	}
	return AppealConfirm
}

// holds says whether a document with this content is attached already.
func (a Appeal) holds(sha256 string) bool {
	return slices.ContainsFunc(a.Proofs, func(p Proof) bool { return p.SHA256 == sha256 })
}

// referenceNumber makes a number that people can read out from an id. It has
// enough of it that no two appeals share one.
func referenceNumber(id string) string {
	id = strings.ToUpper(strings.ReplaceAll(id, "-", ""))
	id = id[max(0, len(id)-12):]
	groups := []string{"A"}
	for group := range slices.Chunk([]byte(id), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}
