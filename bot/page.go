package bot

import "kaitong/knowledge"

// Page is what a chat page shows around a conversation, in one language.
type Page struct {
	Title string   `json:"title"`
	Ask   []string `json:"ask"` // questions to begin with
}

// openers are the intents whose labels stand in where a pack names no
// questions: they are what most people come with.
func openers() []string { return []string{"fail.unspecified", "how.activate", "status.check"} }

// Page returns what the pack that answers people of a tenant now wants around a
// conversation.
func (e *Engine) Page(tenant, locale string) Page {
	base := e.of(tenant).Latest().Base
	l := base.Locale(locale)
	return Page{Title: pageTitle(base, l), Ask: questions(base, l)}
}

func pageTitle(base *knowledge.Base, locale knowledge.Locale) string {
	if title := base.Pack().Page.Title.In(locale); title != "" {
		return title
	}
	return base.Pack().Product.Name.In(locale)
}

func questions(base *knowledge.Base, locale knowledge.Locale) []string {
	list := []string{}
	for _, question := range base.Pack().Page.Ask {
		list = append(list, question.In(locale))
	}
	if len(list) > 0 {
		return list
	}
	for _, intent := range openers() {
		if answer, ok := base.Answer(intent); ok {
			list = append(list, answer.Label.In(locale))
		}
	}
	return list
}
