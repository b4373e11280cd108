package desk

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kaitong/bot"
)

// briefData is what an agent should know before the first word.
type briefData struct {
	Asked    []string     `json:"asked"`
	Decision bot.Decision `json:"decision,omitempty"`
	Causes   []namedData  `json:"causes"`
	Shown    []namedData  `json:"shown"`
	Tried    []namedData  `json:"tried"`
	Rights   []string     `json:"rights"`
	Warned   bool         `json:"warned,omitempty"`
	Care     bool         `json:"care,omitempty"`
	Distress []string     `json:"distress,omitempty"` // the words of it
	Urgent   bool         `json:"urgent,omitempty"`   // in distress since a human is awaited or there
	Minor    bool         `json:"minor,omitempty"`
	Up       int          `json:"up,omitempty"`
	Down     int          `json:"down,omitempty"`
}

type namedData struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func newBriefData(found bot.Case) briefData {
	b := found.Brief
	return briefData{
		Asked: list(b.Asked), Decision: b.Decision, Causes: named(b.Causes), Shown: named(b.Shown), Tried: named(b.Tried),
		Rights: list(b.Rights), Warned: b.Warned, Care: b.Care, Distress: b.Distress, Urgent: found.Entry.Urgent, Minor: b.Minor, Up: b.Votes.Up, Down: b.Votes.Down,
	}
}

func named(all []bot.Named) []namedData {
	data := []namedData{}
	for _, one := range all {
		data = append(data, namedData(one))
	}
	return data
}

// phrases are the words of a summary in one language.
type phrases struct {
	care, distress, minor, warned, asked, decision, causes, shown, tried, rights, votes string
	and                                                                                 string
	values                                                                              map[string]string
}

func summaryPhrases(locale string) phrases {
	if locale == localeEN {
		return phrases{
			care: "Shows signs of distress: take care first.", distress: "Said in distress: ", minor: "Says to be a minor.", warned: "Was warned of a scam.",
			asked: "Said: ", decision: "Latest check: ", causes: "It is about: ", shown: "Was shown: ", tried: "Has tried: ",
			rights: "Asked for: ", votes: "Thumbs up/down: ", and: "; ",
			values: map[string]string{
				"eligible": "can be opened", "ineligible": "cannot be opened at the moment", "review": "being looked at", "unknown": "not known",
				"explanation": "an explanation of the decision", "human_review": "a review by a human",
			},
		}
	}
	return phrases{
		care: "用户情绪低落，请先关怀。", distress: "求助的话：", minor: "用户表示未成年。", warned: "已提醒过防骗。",
		asked: "用户说：", decision: "最近一次查询：", causes: "涉及原因：", shown: "已给出的办法：", tried: "已试过：",
		rights: "要求：", votes: "赞/踩：", and: "；",
		values: map[string]string{
			"eligible": "可以开通", "ineligible": "暂时不能开通", "review": "审核中", "unknown": "未知", "explanation": "说明原因", "human_review": "人工复核",
		},
	}
}

func (p phrases) value(word string) string {
	if said, ok := p.values[word]; ok {
		return said
	}
	return word
}

// summary says in some lines what happened before an agent came. What it needs
// care of comes first.
func summary(b bot.Brief, locale string) []string {
	p, lines := summaryPhrases(locale), []string{}
	say := func(there bool, line string) {
		if there {
			lines = append(lines, line)
		}
	}
	say(b.Care, p.care)
	say(len(b.Distress) > 0, p.distress+strings.Join(b.Distress, p.and))
	say(b.Minor, p.minor)
	say(len(b.Asked) > 0, p.asked+p.sentences(b.Asked))
	say(b.Decision != "", p.decision+p.value(string(b.Decision)))
	say(len(b.Causes) > 0, p.causes+titles(b.Causes, p.and))
	say(len(b.Shown) > 0, p.shown+titles(b.Shown, p.and))
	say(len(b.Tried) > 0, p.tried+titles(b.Tried, p.and))
	var rights []string
	for _, right := range b.Rights {
		rights = append(rights, p.value(right))
	}
	say(len(rights) > 0, p.rights+strings.Join(rights, p.and))
	say(b.Warned, p.warned)
	say(b.Votes != bot.Votes{}, p.votes+strconv.Itoa(b.Votes.Up)+"/"+strconv.Itoa(b.Votes.Down))
	return lines
}

// sentences joins what somebody said, which may end as sentences do.
func (p phrases) sentences(all []string) string {
	joined := ""
	for i, one := range all {
		last, _ := utf8.DecodeLastRuneInString(joined)
		switch {
		case i == 0:
		case !strings.ContainsRune("。？！…；.?!;", last):
			joined += p.and
		case strings.HasSuffix(p.and, " "):
			joined += " "
		}
		joined += one
	}
	return joined
}

func titles(all []bot.Named, and string) string {
	var words []string
	for _, one := range all {
		words = append(words, one.Title)
	}
	return strings.Join(words, and)
}
