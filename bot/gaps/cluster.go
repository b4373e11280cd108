package gaps

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"kaitong/intents"
)

// Asked is one question that was not answered.
type Asked struct {
	Conversation string
	Version      int64 // of the turn that asked it
	At           time.Time
	Locale       string
	Text         string // masked
}

// Cluster is some questions that ask the same.
type Cluster struct {
	ID      string            // of its most central question; it stays while that one does
	Texts   []string          // distinct, the most central first
	Asked   []Asked           // all of them, the latest first
	People  int               // conversations
	Nearest intents.Candidate // what the model leans to; zero where it leans to nothing
	Foreign bool              // most of them are read as none of ours
	Name    Name              // proposed by somebody else, for drafts; may be empty
}

// Name is what a cluster could be called. It is a proposal, to be reviewed.
type Name struct {
	Word  string            // for the intent: small letters, digits and _
	Label map[string]string // per locale
}

// Clusters groups questions, the largest group first; known are the utterances
// of the pack, and meanings may be nil. The same questions give the same clusters, in
// whatever order they come.
func Clusters(model *intents.Model, known intents.Corpus, asked []Asked, meanings Meanings) []Cluster {
	asked = slices.Clone(asked)
	sortLatest(asked)
	texts := make([]string, len(asked))
	for i, one := range asked {
		texts[i] = one.Text
	}
	var clusters []Cluster
	for _, members := range meanings.joined(texts, model.Group(texts, known)) {
		clusters = append(clusters, describe(model, asked, members))
	}
	slices.SortStableFunc(clusters, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(len(b.Asked), len(a.Asked)))
	})
	return clusters
}

// describe names a cluster, given as indices of questions, central ones first.
func describe(model *intents.Model, asked []Asked, members []int) Cluster {
	var c Cluster
	people, seen := map[string]bool{}, map[string]bool{}
	for _, i := range members {
		one := asked[i]
		people[one.Conversation] = true
		if !seen[one.Text] {
			seen[one.Text] = true
			c.Texts = append(c.Texts, one.Text)
		}
	}
	slices.Sort(members) // asked is sorted by time
	for _, i := range members {
		c.Asked = append(c.Asked, asked[i])
	}
	c.ID, c.People = idOf(c.Texts[0]), len(people)
	c.Nearest, c.Foreign = leaning(model, c.Texts)
	return c
}

// idOf names a question for addresses and files.
func idOf(text string) string {
	sum := sha256.Sum256([]byte(intents.Normalize(text)))
	return hex.EncodeToString(sum[:4])
}

// leaning is what the model leans to over all texts, with its mean confidence,
// and whether it takes most of them for none of ours.
func leaning(model *intents.Model, texts []string) (intents.Candidate, bool) {
	lean, foreign := map[string]float64{}, 0
	for _, text := range texts {
		result := model.Classify(text)
		if result.Scope == intents.OutOfScope {
			foreign++
		}
		for _, candidate := range result.Ranking {
			if candidate.Intent != otherIntent {
				lean[candidate.Intent] += candidate.Confidence
			}
		}
	}
	var best intents.Candidate
	for intent, sum := range lean {
		mean := sum / float64(len(texts))
		if mean > best.Confidence || mean == best.Confidence && intent < best.Intent {
			best = intents.Candidate{Intent: intent, Confidence: mean}
		}
	}
	if best.Confidence < leans {
		best = intents.Candidate{}
	}
	return best, 2*foreign > len(texts)
}

// leans is the mean confidence from which a leaning says something.
const leans = 0.05

// otherIntent is the label of what is none of ours.
const otherIntent = "other"
