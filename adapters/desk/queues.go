package desk

import (
	"net/http"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// queueData is one line and how it does.
type queueData struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Priority int    `json:"priority"`
	Waiting  int    `json:"waiting"`
	Active   int    `json:"active"`
	Late     int    `json:"late"`             // waits longer than was promised
	Oldest   string `json:"oldest,omitempty"` // since when somebody waits
	Online   int    `json:"online"`
	Usual    int64  `json:"usual_ms,omitempty"`  // how long people waited lately
	Promised int64  `json:"answer_ms,omitempty"` // how long one should wait at most
	Open     bool   `json:"open"`                // within its hours
}

// queueIDs are the lines somebody serves.
func (s *Server) queueIDs(account staff.Account) []string {
	ids := []string{}
	for _, queue := range s.queues {
		if account.Serves(queue.ID) {
			ids = append(ids, queue.ID)
		}
	}
	return ids
}

// listQueues is GET /v1/desk/queues: the lines, and what products are called.
func (s *Server) listQueues(w http.ResponseWriter, r *http.Request, _ visitor) {
	locale, now := requestLocale(r), s.now()
	entries := s.board.List(s.tenant)
	queues := []queueData{}
	for _, queue := range s.queues {
		data := queueData{
			ID: queue.ID, Name: queue.Name[locale], Priority: queue.Priority, Promised: queue.Answer.Milliseconds(),
			Online: s.presence.Online(s.tenant, queue.ID), Open: queue.Hours.Open(now),
		}
		if usual, known := s.board.Wait(queue.ID); known {
			data.Usual = usual.Milliseconds()
		}
		data.count(entries, now)
		queues = append(queues, data)
	}
	products := map[string]string{}
	if s.products != nil {
		products = s.products(locale)
	}
	s.json(w, map[string]any{"queues": queues, "products": products})
}

func (q *queueData) count(entries []bot.Entry, now time.Time) {
	var oldest time.Time
	for _, entry := range entries {
		switch {
		case entry.Queue != q.ID:
			continue
		case entry.State == bot.HandoffActive:
			q.Active++
			continue
		}
		q.Waiting++
		if entry.Late > 0 || !entry.Due.IsZero() && now.After(entry.Due) {
			q.Late++
		}
		if oldest.IsZero() || entry.Since.Before(oldest) {
			oldest = entry.Since
		}
	}
	q.Oldest = stamp(oldest)
}
