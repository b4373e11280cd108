package bot

import "slices"

// Block is one piece of an answer. Blocks are data, never markup: a client
// draws them as it likes and shows every string as plain text.
//
// Type decides which fields are set:
//
//	text     Text
//	steps    Title, Items (Text, How), Text (a note); At and Of when it is one
//	         step of a flow; Export when it is worth keeping
//	facts    Title, Items (Label, Text)
//	choices  Choices
//	link     Text, URL
//	notice   Level (info, warning, care), Text
//	form     Title, Fields: what is asked next, for clients that can draw it; the
//	         same can be answered in plain messages and choices
type Block struct {
	Type    BlockType `json:"type"`
	Level   string    `json:"level,omitempty"`
	Title   string    `json:"title,omitempty"`
	Text    string    `json:"text,omitempty"`
	URL     string    `json:"url,omitempty"`
	Items   []Item    `json:"items,omitempty"`
	Choices []Choice  `json:"choices,omitempty"`
	Fields  []Field   `json:"fields,omitempty"`
	Source  string    `json:"source,omitempty"` // knowledge entry the words come from, e.g. cause:credit.bad_record
	At      int       `json:"at,omitempty"`     // this step, 1-based
	Of      int       `json:"of,omitempty"`     // steps of the flow, as far as they are known
	Export  string    `json:"export,omitempty"` // the whole block as plain text, to be saved

	authored bool    // says nothing but words of the pack, so that it may be sealed
	sealed   *Sealed // set when it is
}

// Equal says whether two blocks say the same, sealed or not.
func (b Block) Equal(other Block) bool {
	return b.Type == other.Type && b.Level == other.Level && b.Title == other.Title && b.Text == other.Text &&
		b.URL == other.URL && b.Source == other.Source && b.At == other.At && b.Of == other.Of && b.Export == other.Export &&
		slices.Equal(b.Items, other.Items) && slices.Equal(b.Choices, other.Choices) && slices.Equal(b.Fields, other.Fields)
}

// BlockType names what a block is.
type BlockType string

// The block types of protocol kaitong.v1.
const (
	BlockText    BlockType = "text"
	BlockSteps   BlockType = "steps"
	BlockFacts   BlockType = "facts"
	BlockChoices BlockType = "choices"
	BlockLink    BlockType = "link"
	BlockNotice  BlockType = "notice"
	BlockForm    BlockType = "form"
)

// Field is one thing a form asks for.
type Field struct {
	ID       string    `json:"id"`
	Label    string    `json:"label"`
	Kind     FieldKind `json:"kind"`
	Value    string    `json:"value,omitempty"` // what is known of it already
	Optional bool      `json:"optional,omitempty"`
}

// FieldKind is how a field is answered.
type FieldKind string

// The kinds of fields.
const (
	FieldText    FieldKind = "text"    // a message
	FieldFile    FieldKind = "file"    // uploads
	FieldConsent FieldKind = "consent" // the choice that sends the form off

	// FieldDocument asks for nothing: a document that is attached, with its id,
	// its name and, as the value, its size.
	FieldDocument FieldKind = "document"
)

// Item is one line of a steps or facts block.
type Item struct {
	Label  string `json:"label,omitempty"`
	Text   string `json:"text"`
	How    string `json:"how,omitempty"` // unfolded on request
	Source string `json:"source,omitempty"`
}

// Choice is a quick reply.
type Choice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// About says what an answer rests on, for hosts and tests. It obeys the
// disclosure classes exactly as the text does.
type About struct {
	Intent     string   `json:"intent"`
	Confidence float64  `json:"confidence"`
	Cause      string   `json:"cause,omitempty"`   // the cause the answer is about first
	Reasons    []string `json:"reasons,omitempty"` // causes the check returned, at most four
	Fixes      []string `json:"fixes,omitempty"`
	Sources    []string `json:"sources,omitempty"`  // every entry quoted: cause:…, fix:…, answer:…, phrase:…
	Decision   Decision `json:"decision,omitempty"` // what the check said; absent when none was made
	Nth        int      `json:"nth,omitempty"`      // which reason a follow-up went into, 1-based
	Symptom    string   `json:"symptom,omitempty"`  // what the person said they see
	Flow       string   `json:"flow,omitempty"`     // the flow the answer is part of
	Step       string   `json:"step,omitempty"`     // the step it shows
	Incident   string   `json:"incident,omitempty"` // the incident it tells of

	Appeal AppealStep `json:"appeal,omitempty"` // what the form of an appeal asks

	Composed string `json:"composed"` // authored | llm
}
