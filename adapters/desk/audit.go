package desk

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"kaitong/bot/staff"
)

// audited adds to the audit log what is about to be done. What cannot be
// recorded is not done.
func (s *Server) audited(r *http.Request, record staff.Record) *fault {
	record.At, record.From = s.now(), s.proxies.Address(r).String()
	if err := s.vault.Record(r.Context(), record); err != nil {
		return faultOf(err)
	}
	return nil
}

type recordData struct {
	Seq          int64  `json:"seq"`
	At           string `json:"at"`
	User         string `json:"user"`
	Action       string `json:"action"`
	Conversation string `json:"conversation,omitempty"`
	Subject      string `json:"subject,omitempty"` // the account it was done to, or another agent
	Reason       string `json:"reason,omitempty"`
	From         string `json:"from,omitempty"`
	Detail       string `json:"detail,omitempty"` // subject and reason in one line
	Chain        string `json:"chain"`
}

// auditPage is how many records one request gets.
const auditPage = 200

// listAudit is GET /v1/desk/audit?after=N. Each page is checked to hang
// together, with the record before it.
func (s *Server) listAudit(w http.ResponseWriter, r *http.Request, _ visitor) {
	after := int64(0)
	if text := r.URL.Query().Get("after"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			s.problem(w, r, &fault{code: codeBadField, field: "after"})
			return
		}
		after = n
	}
	records, err := s.vault.Records(r.Context(), max(after-1, 0), auditPage+1)
	if err != nil {
		s.problem(w, r, faultOf(err))
		return
	}
	var before staff.Link
	if after > 0 && len(records) > 0 && records[0].N == after {
		before, records = records[0].Chain, records[1:]
	}
	records = records[:min(len(records), auditPage)]
	_, broken := staff.Follow(after, before, records)
	entries := []recordData{}
	for _, one := range records {
		entries = append(entries, newRecordData(one))
	}
	s.json(w, struct {
		Entries []recordData `json:"entries"`
		Whole   bool         `json:"whole"` // nothing is missing or was changed
		More    bool         `json:"more"`
	}{entries, !errors.Is(broken, staff.ErrBroken), len(records) == auditPage})
}

func newRecordData(r staff.Record) recordData {
	return recordData{
		Seq: r.N, At: stamp(r.At), User: r.Who, Action: r.Did, Conversation: r.Conversation, Subject: r.Subject, Reason: r.Reason, From: r.From,
		Detail: strings.Trim(r.Subject+" · "+r.Reason, " ·"), Chain: hex.EncodeToString(r.Chain[:]),
	}
}
