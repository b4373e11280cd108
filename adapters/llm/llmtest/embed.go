package llmtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
)

// The traps of embeddings, besides those of the way there.
const (
	FewVectors    Trap = "a vector too few"
	OtherLength   Trap = "vectors of different lengths"
	TwiceTheSame  Trap = "one index twice"
	FarIndex      Trap = "an index that is none"
	NoDirection   Trap = "a vector of zeros"
	NoNumbers     Trap = "a vector without numbers"
	NotANumber    Trap = "NaN among the numbers"
	TooLarge      Trap = "a number that is too large"
	HugeVectors   Trap = "vectors of more than 1 MB"
	NullVector    Trap = "null in the place of a vector"
	OtherWayRound Trap = "the last vector first" // harmless: they have an index
)

// EmbedTraps are those after which there are no vectors.
func EmbedTraps() []Trap {
	return []Trap{
		FewVectors, OtherLength, TwiceTheSame, FarIndex, NoDirection, NoNumbers, NotANumber, TooLarge, HugeVectors, NullVector,
		TooMany, Failing, HTML, OldError, Refused, Redirect, Stalled, Reset,
	}
}

// length of the vectors.
const length = 64

// vector is a vector that says nothing of what a text means: it is made of the pairs of
// its characters, the same each time.
func vector(text string) []float64 {
	v := make([]float64, length)
	letters := []rune(text)
	for i := range letters {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(string(letters[i:min(i+2, len(letters))]))) // never fails
		v[sum.Sum32()%length]++
	}
	norm := 0.0
	for _, x := range v {
		norm += x * x
	}
	for i := range v {
		v[i] /= math.Sqrt(max(norm, 1))
	}
	return v
}

func (p *Provider) embed(w http.ResponseWriter, r *http.Request) {
	request := Request{Header: r.Header.Clone(), System: "embed"}
	var texts []string
	if json.NewDecoder(r.Body).Decode(&request.Body) != nil || json.Unmarshal(request.Body["input"], &texts) != nil {
		http.Error(w, `{"error":{"message":"no JSON","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	request.Data = strings.Join(texts, "\n")
	trap, _ := p.note(request)
	x := exchange{w: w, r: r, request: request}
	if x.status(trap) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	x.write(vectors(trap, texts))
}

func vectors(trap Trap, texts []string) string {
	var list []string
	for i, text := range texts {
		numbers, _ := json.Marshal(vector(text)) // finite numbers
		list = append(list, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":%s}`, i, spoiled(trap, string(numbers), i == len(texts)-1)))
	}
	last := len(list) - 1
	switch trap {
	case FewVectors:
		list = list[:last]
	case TwiceTheSame:
		list[last] = strings.Replace(list[last], fmt.Sprintf(`"index":%d`, last), `"index":0`, 1)
	case FarIndex:
		list[last] = strings.Replace(list[last], fmt.Sprintf(`"index":%d`, last), `"index":99`, 1)
	case OtherWayRound:
		list[0], list[last] = list[last], list[0]
	}
	return `{"object":"list","data":[` + strings.Join(list, ",") + `],"model":"fake","usage":{"prompt_tokens":7,"total_tokens":7}}`
}

// spoiled is the last vector as a trap has it.
func spoiled(trap Trap, numbers string, last bool) string {
	if !last {
		return numbers
	}
	switch trap {
	case OtherLength:
		return "[0.5,0.5]"
	case NoDirection:
		return "[" + strings.Repeat("0,", length-1) + "0]"
	case NoNumbers:
		return "[]"
	case NotANumber:
		return "[NaN" + strings.Repeat(",0.1", length-1) + "]"
	case TooLarge:
		return "[1e39" + strings.Repeat(",0.1", length-1) + "]"
	case HugeVectors:
		return "[0.1" + strings.Repeat(",0.12345678", 200_000) + "]"
	case NullVector:
		return "null"
	}
	return numbers
}
