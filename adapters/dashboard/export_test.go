package dashboard_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/parquet-go/parquet-go"

	"kaitong/adapters/dashboard"
	"kaitong/bot/analytics"
)

// crowd is a store of many contacts, which says when the last are asked for.
type crowd struct {
	analytics.Store
	contacts int64
	last     func()
}

func (s crowd) Contacts(_ context.Context, _ analytics.Query, _ analytics.Which, page analytics.Page) ([]analytics.Contact, error) {
	next := s.contacts
	if page.Before > 0 {
		next = page.Before - 1
	}
	var list []analytics.Contact
	for ; next > 0 && len(list) < page.Limit; next-- {
		list = append(list, analytics.Contact{Conversation: fmt.Sprintf("c_%06d", next), N: 1, Opened: next})
	}
	if next == 0 {
		s.last()
	}
	return list, nil
}

// A file of half a million contacts leaves as it is made: it would not fit beside
// several others into memory.
func testFilesLeaveAsTheyAreMade(t *testing.T, w world) {
	for _, format := range []string{"csv", "parquet"} {
		sent, answer := 0, httptest.NewRecorder()
		store := crowd{Store: w.oracle, contacts: 45_500, last: func() { sent = answer.Body.Len() }}
		server := w.server(t, func(o *dashboard.Options) { o.Store = store })
		server.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v1/analytics/export?what=contacts&format="+format, nil))
		if all := answer.Body.Len(); sent < all/2 {
			t.Errorf("%s: %d of %d bytes have left when the last contacts are asked for", format, sent, all)
		}
		if format == "csv" {
			if lines := bytes.Count(answer.Body.Bytes(), []byte("\n")); lines != 45_501 {
				t.Errorf("the file has %d lines", lines)
			}
			continue
		}
		file, err := parquet.OpenFile(bytes.NewReader(answer.Body.Bytes()), int64(answer.Body.Len()))
		if err != nil || file.NumRows() != 45_500 {
			t.Errorf("the file of %d bytes: %v", answer.Body.Len(), err)
		}
	}
}
