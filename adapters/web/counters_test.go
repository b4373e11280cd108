package web

import "testing"

// Every code can be read from the start on, and each refusal counts for its own.
func TestRefusalsByCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if n := len(w.server.Refusals()); n != len(codeTable()) {
		t.Errorf("%d codes of %d", n, len(codeTable()))
	}
	w.request("DELETE", "/v1/demo/users", "")
	w.request("DELETE", "/v1/demo/users", "")
	w.request("POST", "/v1/demo/token", "nonsense", "Content-Type", "application/json")
	counts := w.server.Refusals()
	if counts[string(codeBadMethod)] != 2 || counts[string(codeBadJSON)] != 1 || counts[string(codeInternal)] != 0 {
		t.Errorf("%v", counts)
	}
}
