package llmtest

import (
	"encoding/json"
	"strings"
)

// Data is what the prompts of all uses hold.
type Data struct {
	Question   string                       `json:"question"`
	Language   string                       `json:"language"`
	Intents    []struct{ ID, Means string } `json:"intents"`
	Paragraphs []struct{ ID, Text string }  `json:"paragraphs"`
	Said       []string                     `json:"said"`
	Answered   []string                     `json:"answered"`
	Questions  []string                     `json:"questions"`
}

// read reads what the model is given.
func (r Request) read() Data {
	var data Data
	_ = json.Unmarshal([]byte(r.Data), &data) // what is none of ours has nothing
	return data
}

type sentence struct {
	Text  string   `json:"text"`
	Cites []string `json:"cites"`
}

func encode(value any) string {
	text, _ := json.Marshal(value) // made of texts
	return string(text)
}

// Helpful is a model that does what it is asked, with few means: it takes the
// intent whose words the question shares most, and puts kind words before an
// answer.
func Helpful(r Request) string {
	data := r.read()
	switch {
	case len(data.Intents) > 0:
		return encode(map[string]string{"reason": "shares most words", "intent": nearest(data)})
	case len(data.Paragraphs) > 0:
		kind := "别着急，"
		if data.Language == "en" {
			kind = "Don't worry, "
		}
		var said []sentence
		for i, p := range data.Paragraphs {
			if i > 0 {
				kind = ""
			}
			said = append(said, sentence{kind + p.Text, []string{p.ID}})
		}
		return encode(map[string]any{"sentences": said})
	case len(data.Said) > 0:
		return encode(map[string]any{"lines": data.Said[len(data.Said)-1:]})
	case len(data.Questions) > 0:
		return encode(map[string]string{"zh": data.Questions[0], "en": "A question", "id": "question"})
	}
	return `{"ok": true}`
}

func nearest(data Data) string {
	best, most := "none", 1
	for _, intent := range data.Intents {
		shared := 0
		for _, r := range intent.Means {
			if strings.ContainsRune(data.Question, r) {
				shared++
			}
		}
		if shared > most {
			best, most = intent.ID, shared
		}
	}
	return best
}
