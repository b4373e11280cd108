package handoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
)

// served is a stage whose hooks take acts of two desks.
func served(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.start(Endpoint{Name: "desk-a", URL: "http://127.0.0.1:1/", Secrets: secrets(t, newSecret+"\n"+oldSecret)},
		Endpoint{Name: "desk-b", URL: "http://127.0.0.1:1/", Secrets: secrets(t, otherSecret())})
	return s
}

// do sends something to the hooks, signed at a time.
func (s *stage) do(method, path, secret, id string, at time.Time, body string) (int, map[string]any) {
	s.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header = signedBy(s.t, secret, id, at, []byte(body))
	request.Header.Set("Content-Type", "application/json")
	return s.send(request)
}

func (s *stage) send(request *http.Request) (int, map[string]any) {
	s.t.Helper()
	recorder := httptest.NewRecorder()
	s.hooks.Handler().ServeHTTP(recorder, request)
	answer := map[string]any{}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		s.t.Fatalf("%v: %s", err, recorder.Body)
	}
	if kind := recorder.Header().Get("Content-Type"); (recorder.Code == http.StatusOK) != (kind == "application/json") {
		s.t.Errorf("%d with %s", recorder.Code, kind)
	}
	return recorder.Code, answer
}

func (s *stage) act(body string) (int, map[string]any) {
	return s.do(http.MethodPost, "/v1/handoff/acts", newSecret, "act-1", time.Now(), body)
}

const claim = `{"id":"act-1","conversation":"c1","type":"claim","agent":{"id":"7","name":"林晓"},"epoch":1,"since_when":{"we":["send","more"]}}`

func TestActsBecomeActs(t *testing.T) {
	t.Parallel()
	lin := bot.Agent{Tenant: "acme", ID: "desk-a/7", Name: "林晓"}
	for body, want := range map[string]bot.DeskAct{
		claim: {Kind: bot.DeskClaim, Epoch: 1},
		`{"conversation":"c1","type":"reply","agent":{"id":"7","name":"林晓"},"epoch":2,"text":"在的"}`:                                                                       {Kind: bot.DeskReply, Epoch: 2, Text: "在的"},
		`{"id":"act-1","conversation":"c1","type":"note","agent":{"id":"7","name":"林晓"},"text":"记一笔"}`:                                                                    {Kind: bot.DeskNote, Text: "记一笔"},
		`{"id":"act-1","conversation":"c1","type":"release","agent":{"id":"7","name":"林晓"},"epoch":2,"text":"ignored"}`:                                                   {Kind: bot.DeskRelease, Epoch: 2},
		`{"id":"act-1","conversation":"c1","type":"resolve","agent":{"id":"7","name":"林晓"},"epoch":2}`:                                                                    {Kind: bot.DeskResolve, Epoch: 2, Disposition: bot.Disposition{Solved: bot.SolvedUnknown}},
		`{"id":"act-1","conversation":"c1","type":"resolve","agent":{"id":"7","name":"林晓"},"epoch":2,"disposition":{"cause":"credit.overdue","solved":"yes","note":"好"}}`: {Kind: bot.DeskResolve, Epoch: 2, Disposition: bot.Disposition{Cause: "credit.overdue", Solved: bot.SolvedYes, Note: "好"}},
	} {
		s := served(t)
		status, answer := s.act(body)
		if status != http.StatusOK || answer["id"] != "act-1" || answer["conversation"] != "c1" || answer["duplicate"] != false {
			t.Errorf("%s: %d %v", body, status, answer)
			continue
		}
		want.Conversation, want.ID, want.Agent, want.Afar = "c1", "act-1", lin, true
		if diff := cmp.Diff(want, s.engine.acts[0]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestClaimsSayTheNewEpoch(t *testing.T) {
	t.Parallel()
	s := served(t)
	if _, answer := s.act(claim); answer["epoch"] != 2.0 || answer["state"] != "active" || answer["version"] != 9.0 {
		t.Errorf("%v", answer)
	}
	if _, answer := s.act(claim); answer["duplicate"] != true {
		t.Errorf("sent again: %v", answer)
	}
}

// Agents of one desk are not those of another, nor ours.
func TestDesksCannotActForEachOther(t *testing.T) {
	t.Parallel()
	s := served(t)
	s.do(http.MethodPost, "/v1/handoff/acts", otherSecret(), "act-1", time.Now(), claim)
	if got := s.engine.acts[0].Agent.ID; got != "desk-b/7" {
		t.Error(got)
	}
	if status, answer := s.act(strings.Replace(claim, `"id":"7"`, `"id":"desk-b/7"`, 1)); status != http.StatusBadRequest || answer["field"] != "agent.id" {
		t.Errorf("%d %v", status, answer)
	}
}

func TestActsThatAreNotBelieved(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct {
		secret string
		at     time.Time
		status int
	}{
		"now": {newSecret, now, 200}, "signed with the secret before": {oldSecret, now, 200}, "a little late": {newSecret, now.Add(-4 * time.Minute), 200},
		"a secret of nobody": {"whsec_" + strings.Repeat("QUFB", 8), now, 401}, "too late": {newSecret, now.Add(-6 * time.Minute), 401}, "from the future": {newSecret, now.Add(6 * time.Minute), 401},
	} {
		s := served(t)
		status, answer := s.do(http.MethodPost, "/v1/handoff/acts", test.secret, "act-1", test.at, claim)
		if status != test.status || (status == 401) != (answer["code"] == "unauthorized") || (status == 200) != (len(s.engine.acts) == 1) {
			t.Errorf("%s: %d %v, %d acts", name, status, answer, len(s.engine.acts))
		}
	}
	s := served(t)
	for name, change := range map[string]func(*http.Request){
		"another body":   func(r *http.Request) { r.Body = http.NoBody },
		"another id":     func(r *http.Request) { r.Header.Set("webhook-id", "act-2") },
		"no signature":   func(r *http.Request) { r.Header.Del("webhook-signature") },
		"nothing at all": func(r *http.Request) { r.Header = http.Header{"Content-Type": {"application/json"}} },
	} {
		request := httptest.NewRequest(http.MethodPost, "/v1/handoff/acts", strings.NewReader(claim))
		request.Header = signedBy(t, newSecret, "act-1", now, []byte(claim))
		change(request)
		if status, _ := s.send(request); status != http.StatusUnauthorized || len(s.engine.acts) > 0 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

func TestActsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := served(t)
	change := func(old, now string) string { return strings.Replace(claim, old, now, 1) }
	for body, want := range map[string]string{
		``: "bad_json", `{`: "bad_json", `[]`: "bad_field", `null`: "missing_field conversation", claim + claim: "bad_json", "{\"id\":\"\xff\"}": "bad_json",
		change(`"act-1"`, `"act-2"`): "bad_field id", change(`"act-1"`, `7`): "bad_field id", change(`"c1"`, `""`): "missing_field conversation",
		change(`"claim"`, `"takeover"`): "unknown_type type", change(`"claim"`, `"transfer"`): "unknown_type type", change(`"type":"claim",`, ``): "missing_field type",
		change(`"7"`, `""`): "bad_field agent.id", change(`"林晓"`, `" "`): "bad_field agent.name", change(`林晓`, `林\u202e晓`): "bad_field agent.name", change(`林晓`, strings.Repeat("林", 49)): "bad_field agent.name",
		change(`,"epoch":1`, ``): "missing_field epoch", change(`"epoch":1`, `"epoch":"1"`): "bad_field epoch", change(`"epoch":1`, `"epoch":1.5`): "bad_field epoch",
		change(`claim`, `reply`): "missing_field text", change(`"claim"`, `"reply","text":" "`): "missing_field text", change(`"claim"`, `"note","text":"`+strings.Repeat("字", bot.MaxText+1)+`"`): "bad_field text",
	} {
		status, answer := s.act(body)
		got := fmt.Sprint(answer["code"])
		if field, ok := answer["field"]; ok {
			got += fmt.Sprint(" ", field)
		}
		if status/100 != 4 || got != want || answer["type"] != "urn:kaitong:problem:"+fmt.Sprint(answer["code"]) {
			t.Errorf("%.80s: %d %s, want %s", body, status, got, want)
		}
	}
	if len(s.engine.acts) > 0 {
		t.Errorf("%d acts were done", len(s.engine.acts))
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	s := served(t)
	large := strings.Repeat(" ", maxBody+1)
	for name, test := range map[string]struct {
		method, path, kind, body string
		want                     int
	}{
		"get":        {http.MethodGet, "/v1/handoff/acts", "application/json", "", 405},
		"delete":     {http.MethodDelete, "/v1/handoff/conversations/c1", "application/json", "", 405},
		"no address": {http.MethodPost, "/v1/handoff/other", "application/json", "", 404},
		"a form":     {http.MethodPost, "/v1/handoff/acts", "application/x-www-form-urlencoded", claim, 415},
		"too large":  {http.MethodPost, "/v1/handoff/acts", "application/json", large, 413},
	} {
		request := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
		request.Header = signedBy(t, newSecret, "act-1", time.Now(), []byte(test.body))
		request.Header.Set("Content-Type", test.kind)
		if status, answer := s.send(request); status != test.want {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

func TestWhatTheEngineRefuses(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		bot.ErrTaken: "409 taken", bot.ErrFenced: "409 fenced", bot.ErrNotFound: "404 not_found", bot.ErrIDConflict: "409 id_conflict", bot.ErrInvalid: "422 not_possible",
		bot.ErrDamaged: "409 damaged", bot.ErrBusy: "503 busy", bot.ErrConflict: "503 busy", errors.New("secret of ours"): "500 internal",
	} {
		s := served(t)
		s.engine.fail["c1"] = fmt.Errorf("conversation c1: %w", err)
		status, answer := s.act(claim)
		if got := fmt.Sprint(status, " ", answer["code"]); got != want || strings.Contains(fmt.Sprint(answer), "secret") {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	s := served(t)
	s.story("c1")
	s.asksIn("another", "theirs")
	s.append("quiet", 1, bot.Started{Tenant: "acme", User: "u"}, says(1, "x", bot.AuthorUser, "不用人工", nil))
	status, answer := s.do(http.MethodGet, "/v1/handoff/conversations/c1", newSecret, "c1", time.Now(), "")
	messages, _ := answer["messages"].([]any)
	if status != http.StatusOK || len(messages) != 6 || answer["state"] != "resolved" || answer["epoch"] != 3.0 {
		t.Errorf("%d %v", status, answer)
	}
	for conversation, want := range map[string]int{"theirs": 404, "quiet": 404, "nobody": 404} {
		if status, _ := s.do(http.MethodGet, "/v1/handoff/conversations/"+conversation, newSecret, conversation, time.Now(), ""); status != want {
			t.Errorf("%s: %d", conversation, status)
		}
	}
	if status, _ := s.do(http.MethodGet, "/v1/handoff/conversations/c1", newSecret, "c2", time.Now(), ""); status != http.StatusUnauthorized {
		t.Errorf("signed for another: %d", status)
	}
	if status, _ := s.do(http.MethodGet, "/v1/handoff/conversations/c1", "whsec_"+strings.Repeat("QUFB", 8), "c1", time.Now(), ""); status != http.StatusUnauthorized {
		t.Errorf("signed by nobody: %d", status)
	}
}

// FuzzReadAct: what is taken keeps the rules, whatever was sent.
func FuzzReadAct(f *testing.F) {
	f.Add([]byte(claim), "act-1")
	f.Add([]byte(`{"id":null,"agent":[],"epoch":1e99}`), "")
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		act, bad := readAct(bytes.Clone(body), id)
		if bad != nil {
			if rowOf(bad.code).title == "" {
				t.Errorf("no row for %s", bad.code)
			}
			return
		}
		made := act.deskAct("acme", "desk-a")
		if made.ID != id || made.Conversation == "" || !strings.HasPrefix(made.Agent.ID, "desk-a/") || strings.Count(made.Agent.ID, "/") != 1 || made.Agent.Name == "" {
			t.Errorf("%q became %+v", body, made)
		}
	})
}
