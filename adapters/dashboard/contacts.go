package dashboard

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaitong/bot/analytics"
)

type contactsBody struct {
	Contacts []contactBody `json:"contacts"`
	Next     string        `json:"next,omitempty"` // page of the older ones
}

type contactBody struct {
	Conversation string            `json:"conversation"`
	N            int               `json:"n"`
	Began        time.Time         `json:"began"`
	Last         time.Time         `json:"last"`
	Locale       string            `json:"locale"`
	Channel      string            `json:"channel"`
	Version      string            `json:"version"`
	Cause        string            `json:"cause"`
	CauseName    string            `json:"cause_name"`
	Intent       string            `json:"intent"`
	IntentName   string            `json:"intent_name"`
	Outcome      analytics.Outcome `json:"outcome"`
	Demo         bool              `json:"demo"`
}

// contacts lists the conversations behind a figure or a key.
func (s *Server) contacts(r *http.Request) (any, error) {
	q, err := s.query(r, "figure", "part", "kind", "key", "bit", "page", "limit")
	if err != nil {
		return nil, err
	}
	which, err := whichOf(r)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	found, err := s.listed(r.Context(), q, which, page)
	body := contactsBody{Contacts: []contactBody{}}
	for i := range found {
		body.Contacts = append(body.Contacts, s.contact(&found[i], locale(r)))
	}
	if len(found) == page.Limit {
		body.Next = strconv.FormatInt(found[len(found)-1].Opened, 10)
	}
	return body, err
}

// listed are the contacts of a page; none where their row is kept back.
func (s *Server) listed(ctx context.Context, q analytics.Query, which analytics.Which, page analytics.Page) ([]analytics.Contact, error) {
	if few, err := s.keptBack(ctx, q, which); few || err != nil {
		return nil, err
	}
	return s.Store.Contacts(ctx, q, which, page)
}

func (s *Server) contact(c *analytics.Contact, locale string) contactBody {
	return contactBody{
		Conversation: c.Conversation, N: c.N, Began: c.Began.UTC(), Last: c.Last.UTC(), Locale: c.Place.Locale, Channel: c.Place.Channel,
		Version: c.Place.Version, Cause: c.Place.Cause, CauseName: s.called(analytics.KindCause, c.Place.Cause, locale),
		Intent: c.Intent, IntentName: s.called(analytics.KindIntent, c.Intent, locale), Outcome: c.Outcome, Demo: isDemo(c.Conversation),
	}
}

// demoMark is how the conversations of a made-up month begin.
const demoMark = "demo_"

func isDemo(conversation string) bool { return strings.HasPrefix(conversation, demoMark) }

// whichOf reads what a figure, or a part of it, or a key stands for.
func whichOf(r *http.Request) (analytics.Which, error) {
	values := r.URL.Query()
	var which analytics.Which
	if id := values.Get("figure"); id != "" {
		figure, known := analytics.FindFigure(id)
		if !known {
			return which, badField{"figure"}
		}
		switch values.Get("part") {
		case "", "numerator":
			which.Term = &figure.Numerator
		case "denominator":
			which.Term = &figure.Denominator
		default:
			return which, badField{"part"}
		}
	}
	if values.Get("kind") == "" {
		return which, nil
	}
	kind, err := kindOf(r)
	if err != nil {
		return which, err
	}
	which.Kind, which.Key = kind.Kind, values.Get("key")
	if name := values.Get("bit"); name != "" {
		bit := slices.Index(kind.Bits, name)
		if bit < 0 {
			return which, badField{"bit"}
		}
		which.Bits = 1 << bit
	}
	return which, nil
}

func pageOf(r *http.Request) (analytics.Page, error) {
	most, err := limit(r)
	page := analytics.Page{Limit: most}
	if err != nil {
		return page, err
	}
	if text := r.URL.Query().Get("page"); text != "" {
		page.Before, err = strconv.ParseInt(text, 10, 64)
		if err != nil || page.Before < 1 {
			return page, badField{"page"}
		}
	}
	return page, nil
}
