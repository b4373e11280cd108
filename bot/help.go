package bot

import (
	"slices"
	"strings"

	"kaitong/knowledge"
)

// HelpCentre is what a pack tells everybody, in one language, to be read
// without asking. It knows nothing of any person.
type HelpCentre struct {
	Product string      `json:"product"`
	Title   string      `json:"title"` // of the page
	Ask     []string    `json:"ask"`   // questions to begin with, as on [Page]
	Groups  []HelpGroup `json:"groups"`
}

// HelpGroup is the articles under one heading.
type HelpGroup struct {
	ID       string    `json:"id"` // how, or a category of causes
	Title    string    `json:"title"`
	Articles []Article `json:"articles"`
}

// Article is one cause, or one answer to a question how something is done.
type Article struct {
	ID         string       `json:"id"` // of the cause or the intent
	Title      string       `json:"title"`
	Paragraphs []string     `json:"paragraphs"`
	Fixes      []ArticleFix `json:"fixes"`
	Question   string       `json:"question"` // what one would ask the bot about it
}

// ArticleFix is something a person can do.
type ArticleFix struct {
	Title string   `json:"title"`
	Steps []string `json:"steps"`
}

// groupHow is the group of answers; its name begins theirs.
const groupHow = "how"

// categories are those of causes, in the order of the headings.
func categories() []string { return []string{"credit", "compliance", "account", "technical", "policy"} }

// HelpCentre returns the help articles of the pack that answers now: groups
// without an article are left out.
func (e *Engine) HelpCentre(locale string) HelpCentre {
	base := e.library.Latest().Base
	l := base.Locale(locale)
	h := helper{base: base, situation: knowledge.Situation{Locale: l, Day: e.now()}}
	centre := HelpCentre{Product: base.Pack().Product.Name.In(l), Title: pageTitle(base, l), Ask: questions(base, l), Groups: []HelpGroup{}}
	for _, group := range append([]HelpGroup{h.how()}, h.causes()...) {
		if len(group.Articles) > 0 {
			centre.Groups = append(centre.Groups, group)
		}
	}
	return centre
}

// helper writes articles for somebody nobody knows anything about.
type helper struct {
	base      *knowledge.Base
	situation knowledge.Situation
}

// writer has the same words for an article as for an answer.
func (h helper) writer() *writer {
	product := h.base.Pack().Product.Name.In(h.situation.Locale)
	return &writer{base: h.base, plan: Plan{Locale: h.situation.Locale, Product: product, way: &walker{base: h.base, situation: h.situation}}}
}

func (h helper) group(id string) HelpGroup {
	return HelpGroup{ID: id, Title: h.writer().phrase("help." + id)}
}

func (h helper) how() HelpGroup {
	group := h.group(groupHow)
	for _, entry := range h.base.Answers() {
		if strings.HasPrefix(entry.Intent, groupHow+".") && entry.Valid(h.situation.Day) {
			group.Articles = append(group.Articles, h.answer(entry))
		}
	}
	return group
}

func (h helper) answer(entry knowledge.Answer) Article {
	label := entry.Label.In(h.situation.Locale)
	article := Article{ID: entry.Intent, Title: label, Question: label, Paragraphs: []string{}, Fixes: h.fixes(entry.Fixes)}
	for _, paragraph := range entry.Text {
		article.Paragraphs = append(article.Paragraphs, paragraph.In(h.situation.Locale))
	}
	return article
}

func (h helper) causes() []HelpGroup {
	var groups []HelpGroup
	for _, category := range categories() {
		group := h.group(category)
		for _, cause := range h.base.Causes() {
			if cause.Category == category && cause.Valid(h.situation.Day) {
				group.add(h.cause(cause))
			}
		}
		groups = append(groups, group)
	}
	return groups
}

// add leaves out what reads like one that is there: causes of which only the
// category may be told say the same.
func (g *HelpGroup) add(article Article) {
	alike := func(other Article) bool {
		return other.Title == article.Title && slices.Equal(other.Paragraphs, article.Paragraphs)
	}
	if !slices.ContainsFunc(g.Articles, alike) {
		g.Articles = append(g.Articles, article)
	}
}

func (h helper) cause(cause knowledge.Cause) Article {
	w := h.writer()
	article := Article{
		ID: cause.ID, Title: w.naming(cause), Question: h.question(cause),
		Paragraphs: []string{cause.Explain.In(h.situation.Locale)}, Fixes: h.fixes(cause.Fixes),
	}
	w.details(cause)
	for _, block := range w.blocks {
		for _, item := range block.Items {
			article.Paragraphs = append(article.Paragraphs, w.labelled(item.Label, item.Text))
		}
	}
	return article
}

// question is what leads to a cause: the label of the answer made for it, else
// the first question that the pack suggests.
func (h helper) question(cause knowledge.Cause) string {
	for _, entry := range h.base.Answers() {
		if entry.Cause == cause.ID {
			return entry.Label.In(h.situation.Locale)
		}
	}
	if common := questions(h.base, h.situation.Locale); len(common) > 0 {
		return common[0]
	}
	return cause.Title.In(h.situation.Locale)
}

// fixes are those that an answer would show, and their steps as it would.
func (h helper) fixes(ids []string) []ArticleFix {
	w, list := h.writer(), []ArticleFix{}
	w.fixes(ids, len(ids))
	for _, block := range w.blocks {
		fix := ArticleFix{Title: block.Title, Steps: []string{}}
		for _, item := range block.Items {
			fix.Steps = append(fix.Steps, item.Text)
		}
		list = append(list, fix)
	}
	return list
}
