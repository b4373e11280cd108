package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kaitong/knowledge"
)

// Case is everything an agent may see of a conversation.
type Case struct {
	Entry Entry
	Turns []Turn // all of them, with notes and with how things were understood
	Brief Brief
}

// Brief is what an agent should know before the first word: the fold of a
// conversation, in titles of the pack. It holds nothing a person may not be
// told.
type Brief struct {
	Asked    []string // the person's own latest words, masked, oldest first
	Decision Decision // of the latest check, "" when none was made
	Causes   []Named  // what the check or the person named
	Shown    []Named  // fixes that were shown
	Tried    []Named  // fixes that were tried
	Rights   []string // explanation | human_review
	Warned   bool     // of a scam
	Care     bool     // words of distress
	Distress []string // those words, masked, the latest ones, oldest first
	Minor    bool     // below the age rule
	Votes    Votes
	Appeal   Appeal // against the latest refusal, as far as it has come
}

// Named is an entry of the pack with its title.
type Named struct {
	ID    string
	Title string
}

// Votes counts the thumbs.
type Votes struct{ Up, Down int }

// Case reads a conversation for an agent of a tenant. Unknown ones and those
// of other tenants are both ErrNotFound.
func (e *Engine) Case(ctx context.Context, tenant, conversation, locale string) (Case, error) {
	return e.caseOf(ctx, tenant, conversation, locale, e.atOnce)
}

// waiting is how to wait for one's turn in a conversation.
type waiting func(ctx context.Context, conversation string, try func(*slot) (Receipt, error)) (Receipt, error)

func (e *Engine) caseOf(ctx context.Context, tenant, conversation, locale string, wait waiting) (Case, error) {
	if !validID(conversation) {
		return Case{}, fmt.Errorf("conversation id: %w", ErrNotFound)
	}
	var found Case
	_, err := wait(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.loadFor(ctx, place, tenant)
		if err != nil {
			return Receipt{}, err
		}
		if err := e.catchUp(ctx, place); err != nil {
			return Receipt{}, err
		}
		found.Entry = conv.entry()
		return Receipt{}, nil
	})
	if err != nil {
		return Case{}, err
	}
	if found.Turns, err = e.log.Load(ctx, conversation, 0, 0); err != nil {
		return Case{}, fmt.Errorf("conversation %s: load: %w", conversation, err)
	}
	base := e.of(tenant).Latest().Base
	found.Brief = brief(found.Turns, base, base.Locale(locale))
	return found, nil
}

// Board is what waits for a human or has one, on this node's account.
func (e *Engine) Board() *Board { return e.board }

// Refresh looks at a conversation that another node, or another run of this
// program, has stored something of, and brings the board up to date.
func (e *Engine) Refresh(ctx context.Context, conversation string) error {
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		known := place.conv != nil
		if _, err := e.load(ctx, place, Identity{}); place.conv == nil {
			return Receipt{}, err
		}
		if known {
			if err := e.catchUp(ctx, place); err != nil {
				return Receipt{}, err
			}
		}
		e.board.Put(place.conv.entry())
		return Receipt{}, nil
	})
	return err
}

// askedShown is how many of the person's messages a brief repeats.
const askedShown = 3

func brief(turns []Turn, base *knowledge.Base, locale knowledge.Locale) Brief {
	b := briefing{base: base, locale: locale}
	for _, turn := range turns {
		for _, event := range turn.Events {
			b.take(event, turn.At)
		}
	}
	return b.Brief
}

type briefing struct {
	Brief
	base   *knowledge.Base
	locale knowledge.Locale
	said   string // by the person last
}

func (b *briefing) take(event Event, at time.Time) {
	switch e := event.(type) {
	case Message:
		b.message(e)
	case Checked:
		if e.Verdict != nil {
			b.Decision = e.Verdict.Decision
		}
	case StepTaken:
		if e.Outcome == StepTried || e.Outcome == StepFailed {
			b.Tried = b.name(b.Tried, b.fix, e.Fix)
		}
	case RightInvoked:
		b.Rights = appendNew(b.Rights, e.Right)
	case Warned:
		b.Warned = true
	case AgeKnown:
		b.Minor = e.Minor
	case Understood:
		b.Care = b.Care || e.Move == MoveCare
		if e.Move == MoveCare && len(e.Ranking) > 0 && e.Ranking[0].Intent == "distress" {
			b.distress()
		}
	case Alarmed:
		b.Care = true
		b.distress()
	case FeedbackGiven:
		b.vote(e.Vote)
	default:
		b.Appeal = b.Appeal.apply(event, at)
	}
}

// distress keeps what the person just said, however much is said after it.
func (b *briefing) distress() {
	b.Distress = append(b.Distress, b.said)
	b.Distress = b.Distress[max(0, len(b.Distress)-askedShown):]
}

func (b *briefing) message(m Message) {
	switch {
	case m.Author == AuthorUser && m.Choice == "":
		b.said = firstWords(m.Blocks)
		b.Asked = append(b.Asked, b.said)
		b.Asked = b.Asked[max(0, len(b.Asked)-askedShown):]
	case m.About != nil:
		b.Causes = b.name(b.Causes, b.cause, append([]string{m.About.Cause}, m.About.Reasons...)...)
		b.Shown = b.name(b.Shown, b.fix, m.About.Fixes...)
	}
}

func (b *briefing) vote(vote string) {
	if vote == "up" {
		b.Votes.Up++
		return
	}
	b.Votes.Down++
}

// name appends the entries that list does not hold yet.
func (b *briefing) name(list []Named, title func(string) string, ids ...string) []Named {
	for _, id := range ids {
		known := slices.ContainsFunc(list, func(n Named) bool { return n.ID == id })
		if text := title(id); id != "" && text != "" && !known {
			list = append(list, Named{ID: id, Title: text})
		}
	}
	return list
}

func (b *briefing) cause(id string) string {
	cause, _ := b.base.Cause(id)
	return cause.Title.In(b.locale)
}

func (b *briefing) fix(id string) string {
	fix, _ := b.base.Fix(id)
	return fix.Title.In(b.locale)
}

// Lines says a brief in a few lines, for an agent who reads a language.
func (b Brief) Lines(locale string) []string {
	w := briefWordsZH()
	if locale == "en" {
		w = briefWordsEN()
	}
	var lines []string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+w.colon+text)
		}
	}
	add(w.distress, strings.Join(b.Distress, w.then))
	add(w.asked, strings.Join(b.Asked, w.then))
	add(w.decision, w.decisions[b.Decision])
	add(w.causes, titles(b.Causes, w.comma))
	add(w.tried, titles(b.Tried, w.comma))
	add(w.shown, titles(b.Shown, w.comma))
	add(w.appeals[b.Appeal.State], b.Appeal.line(w))
	for _, mark := range []struct {
		on   bool
		text string
	}{{b.Care, w.care}, {b.Warned, w.warned}, {b.Minor, w.minor}, {slices.Contains(b.Rights, "human_review"), w.review}, {slices.Contains(b.Rights, "explanation"), w.explanation}} {
		if mark.on {
			lines = append(lines, mark.text)
		}
	}
	return lines
}

func titles(list []Named, comma string) string {
	words := make([]string, len(list))
	for i, named := range list {
		words[i] = named.Title
	}
	return strings.Join(words, comma)
}

// line says an appeal in one line: its number, the person's words, how many
// documents.
func (a Appeal) line(w briefWords) string {
	if a.State == "" {
		return ""
	}
	words := shortened(cmp.Or(strings.Join(strings.Fields(a.Explanation), " "), w.unsaid), previewRunes)
	parts := []string{words, fmt.Sprintf(w.proofs, len(a.Proofs))}
	if a.Reference != "" {
		parts = append([]string{a.Reference}, parts...)
	}
	if a.State == AppealDeclined {
		parts = append(parts, w.refusals[a.Class])
	}
	return strings.Join(parts, w.comma)
}

// briefWords are the words around what a brief says.
type briefWords struct {
	asked, distress, decision, causes, tried, shown, care, warned, minor, review, explanation string
	colon, comma, then, unsaid, proofs                                                        string
	appeals                                                                                   map[AppealState]string
	refusals                                                                                  map[RefusalClass]string
	decisions                                                                                 map[Decision]string
}

func briefWordsZH() briefWords {
	return briefWords{
		asked: "问的是", distress: "求助的话", decision: "查询结果", causes: "涉及原因", tried: "已经试过", shown: "已经给出的办法",
		care: "对话里有求助或轻生的话，请先关心本人", warned: "机器人已提示过诈骗风险", minor: "未满 18 周岁",
		review: "要求人工复核", explanation: "要求说明理由", colon: "：", comma: "、", then: " → ", unsaid: "没有说明", proofs: "证明 %d 份",
		appeals: map[AppealState]string{
			AppealOpen: "申诉正在填写", AppealSent: "申诉已提交", AppealReceived: "申诉已被机构受理", AppealDeclined: "申诉没有被机构受理",
		},
		refusals:  map[RefusalClass]string{RefusedTechnical: "对方系统处理不了，请人工跟进", RefusedLate: "已过申请期限", RefusedFinal: "这个结果不受理复核"},
		decisions: map[Decision]string{Eligible: "可以开通", Ineligible: "暂不能开通", InReview: "审核中", Unknown: "没有结论"},
	}
}

func briefWordsEN() briefWords {
	return briefWords{
		asked: "Asked", distress: "Said in distress", decision: "The check says", causes: "Causes", tried: "Tried", shown: "Shown",
		care: "Words of distress: please see to the person first", warned: "Was warned of a scam", minor: "Below the age of 18",
		review: "Asked for a review by a human", explanation: "Asked for the reasons", colon: ": ", comma: ", ", then: " → ", unsaid: "no explanation", proofs: "documents: %d",
		appeals: map[AppealState]string{
			AppealOpen: "Appeal being filled in", AppealSent: "Appeal sent", AppealReceived: "Appeal with the institution", AppealDeclined: "Appeal not taken by the institution",
		},
		refusals:  map[RefusalClass]string{RefusedTechnical: "their system could not process it, please follow up", RefusedLate: "past the deadline", RefusedFinal: "this result is not reviewed"},
		decisions: map[Decision]string{Eligible: "can be opened", Ineligible: "cannot be opened now", InReview: "under review", Unknown: "no conclusion"},
	}
}
