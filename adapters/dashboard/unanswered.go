package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"kaitong/bot/analytics"
	"kaitong/bot/gaps"
)

const (
	// mostAskers bounds how many contacts are looked at for groups, the newest.
	mostAskers = 5000
	// mostAsked bounds how many questions are grouped, the newest: some thousand
	// that have nothing in common take seconds, and the time grows faster than they.
	mostAsked = 5000
	// mostClusters and mostQuestions bound what is shown.
	mostClusters  = 60
	mostQuestions = 12
	// keptGroups is how many queries are remembered with their groups, and
	// keptFor how long. The log is not asked whether it has gone on: where people
	// talk all the time it has, and groups would be made for every glance at the
	// page. Nor would it say that somebody was erased.
	keptGroups = 8
	keptFor    = 30 * time.Second
)

type unansweredBody struct {
	Clusters []clusterBody `json:"clusters"`
	Total    int           `json:"total"`  // questions
	Single   int           `json:"single"` // of those, asked by one person only
}

type clusterBody struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Proposed  string         `json:"proposed,omitempty"` // by a language model
	Questions []questionBody `json:"questions"`
	Size      int            `json:"size"`
	People    int            `json:"people"`
	Trend     []dayBody      `json:"trend"`
	Nearest   nearestBody    `json:"nearest"`
	Foreign   bool           `json:"foreign"`
}

type questionBody struct {
	Text         string    `json:"text"`
	At           time.Time `json:"at"`
	Conversation string    `json:"conversation"`
}

type dayBody struct {
	Day string `json:"day"`
	N   int    `json:"n"`
}

type nearestBody struct {
	Intent string  `json:"intent"`
	Name   string  `json:"name"`
	Score  float64 `json:"score"`
}

// unanswered groups questions that were not answered.
func (s *Server) unanswered(r *http.Request) (any, error) {
	q, miss, err := s.missing(r)
	if err != nil {
		return nil, err
	}
	clusters, err := s.clusters(r.Context(), q, miss)
	if err != nil {
		return nil, err
	}
	names := s.proposed(r.Context(), clusters)
	body := unansweredBody{Clusters: []clusterBody{}}
	for _, c := range clusters {
		body.Total += len(c.Asked)
		if c.People == 1 {
			body.Single += len(c.Asked)
		} else if len(body.Clusters) < mostClusters {
			one := s.cluster(q, c, locale(r))
			one.Proposed = names[c.ID].Label[inPack(locale(r))]
			body.Clusters = append(body.Clusters, one)
		}
	}
	return body, nil
}

func (s *Server) cluster(q analytics.Query, c gaps.Cluster, locale string) clusterBody {
	body := clusterBody{
		ID: c.ID, Name: c.Texts[0], Questions: []questionBody{}, Size: len(c.Asked), People: c.People, Foreign: c.Foreign,
		Nearest: nearestBody{c.Nearest.Intent, s.called(analytics.KindIntent, c.Nearest.Intent, locale), c.Nearest.Confidence},
	}
	shown, days := map[string]bool{}, map[analytics.Day]int{}
	for _, one := range c.Asked {
		days[analytics.DayOf(one.At, s.Zone)]++
		if !shown[one.Text] && len(body.Questions) < mostQuestions {
			shown[one.Text] = true
			body.Questions = append(body.Questions, questionBody{one.Text, one.At.UTC(), one.Conversation})
		}
	}
	for day := q.From; day <= q.To; day++ {
		body.Trend = append(body.Trend, dayBody{day.String(), days[day]})
	}
	return body
}

// missed says which questions are meant: those that were not understood, or those
// that were answered without helping.
type missed string

const (
	missUnderstood missed = "understanding"
	missHelped     missed = "help"
)

// missing reads which questions are asked for, and of which contacts.
func (s *Server) missing(r *http.Request) (analytics.Query, missed, error) {
	q, err := s.query(r, "miss")
	if err != nil {
		return q, "", err
	}
	miss, err := missOf(r)
	return q, miss, err
}

func missOf(r *http.Request) (missed, error) {
	switch miss := missed(r.URL.Query().Get("miss")); miss {
	case "", missUnderstood:
		return missUnderstood, nil
	case missHelped:
		return miss, nil
	}
	return "", badField{"miss"}
}

// clusters groups the questions of a query, or takes the groups that were made
// for it a moment ago.
func (s *Server) clusters(ctx context.Context, q analytics.Query, miss missed) ([]gaps.Cluster, error) {
	language := s.Language()
	return s.gaps.of(ctx, groupsKey{q, miss, language.Edition}, s.Now, func() ([]gaps.Cluster, error) {
		found, err := s.Store.Unanswered(ctx, q, analytics.Page{Limit: mostAskers})
		if err != nil {
			return nil, err
		}
		var asked []gaps.Asked
		for _, one := range found {
			if (one.Outcome == analytics.MissNotHelped) == (miss == missHelped) && len(asked) < mostAsked {
				asked = append(asked, gaps.Asked{Conversation: one.Conversation, Version: one.Version, At: one.At, Locale: one.Locale, Text: one.Text})
			}
		}
		return gaps.Clusters(language.Model, language.Source.Corpus(), asked, s.meanings(ctx, asked)), nil
	})
}

// meanings are what questions mean, nil where nobody can say.
func (s *Server) meanings(ctx context.Context, asked []gaps.Asked) gaps.Meanings {
	texts := gaps.Texts(asked)
	if s.Embed == nil || len(texts) == 0 {
		return nil
	}
	vectors, err := s.Embed(ctx, texts)
	if err != nil {
		s.Log.DebugContext(ctx, "questions are grouped by their words alone", "error", err)
		return nil
	}
	meanings := gaps.Meanings{}
	for i, text := range texts[:min(len(texts), len(vectors))] {
		meanings[text] = vectors[i]
	}
	return meanings
}

type draftBody struct {
	Kind       gaps.Kind       `json:"as"`
	Intent     string          `json:"intent"`
	Files      []fileBody      `json:"files"`
	Evaluation *evaluationBody `json:"evaluation"` // null: too few questions to tell
}

type fileBody struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

type evaluationBody struct {
	Questions int `json:"questions"`
	Before    int `json:"before"`
	After     int `json:"after"`
	Offered   int `json:"offered"`
	Elsewhere int `json:"elsewhere"`
	Lost      int `json:"lost"`
}

// maxDraftBytes is more than a request for a draft has.
const maxDraftBytes = 1 << 10

// draft drafts files for a group, and tries them.
func (s *Server) draft(r *http.Request) (any, error) {
	q, miss, err := s.missing(r)
	if err != nil {
		return nil, err
	}
	var asked struct {
		As gaps.Kind `json:"as"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxDraftBytes))
	if err != nil || json.Unmarshal(body, &asked) != nil || asked.As != gaps.Entry && asked.As != gaps.Utterances {
		return nil, badField{"as"}
	}
	clusters, err := s.clusters(r.Context(), q, miss)
	if err != nil {
		return nil, err
	}
	for _, c := range clusters {
		if c.ID == r.PathValue("id") {
			c.Name = s.proposed(r.Context(), []gaps.Cluster{c})[c.ID]
			return s.tried(c, asked.As)
		}
	}
	return nil, errNotFound
}

func (s *Server) tried(c gaps.Cluster, kind gaps.Kind) (any, error) {
	select {
	case s.trying <- struct{}{}:
		defer func() { <-s.trying }()
	default:
		return nil, errBusy
	}
	language := s.Language()
	draft, err := c.Draft(kind, language.Locales, s.Now().In(s.Zone))
	if err != nil {
		return nil, err
	}
	found, err := gaps.Evaluate(language.Source, language.Model, c, draft)
	if err != nil {
		return nil, fmt.Errorf("try draft: %w", err)
	}
	body := draftBody{Kind: kind, Intent: draft.Intent, Files: []fileBody{}}
	for _, file := range draft.Files {
		body.Files = append(body.Files, fileBody(file))
	}
	if found.Questions > 0 {
		evaluation := evaluationBody(found)
		body.Evaluation = &evaluation
	}
	return body, nil
}
