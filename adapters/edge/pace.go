package edge

import (
	"io"
	"net/http"
	"time"
)

const (
	// bodyTime is what a body may take to arrive. Who takes larger ones gives
	// them more.
	bodyTime = 15 * time.Second
	// answerTime is what an answer may take to be made and read, the longest
	// export included.
	answerTime = 10 * time.Minute
)

// pace bounds how long somebody may hold a connection by sending or reading
// slowly. Sockets have deadlines of their own.
func pace(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		return
	}
	controller := http.NewResponseController(w)
	_ = controller.SetWriteDeadline(time.Now().Add(answerTime)) // not every server can
	if r.ContentLength != 0 && r.Body != nil && controller.SetReadDeadline(time.Now().Add(bodyTime)) == nil {
		r.Body = &pacedBody{r.Body, controller}
	}
}

// pacedBody lifts the deadline once all is there: what is done with a body may
// take longer, and a deadline that passes meanwhile would look like a client that
// has gone.
type pacedBody struct {
	io.ReadCloser

	controller *http.ResponseController
}

func (b *pacedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF { //nolint:errorlint // readers return it as it is
		_ = b.controller.SetReadDeadline(time.Time{})
	}
	return n, err //nolint:wrapcheck // a reader's
}
