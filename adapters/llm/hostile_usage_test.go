package llm_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaitong/adapters/llm"
)

// A provider that tells impossible figures does not fill the budget up again, and
// does not empty it at once.
func TestImpossibleUsageIsEstimated(t *testing.T) {
	t.Parallel()
	for name, usage := range map[string]string{
		"less than nothing": `{"prompt_tokens":1,"completion_tokens":-1000000}`,
		"beyond all counts": `{"prompt_tokens":9000000000000000000,"completion_tokens":9000000000000000000}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintf(w, `{"choices":[{"message":{"content":"{\"reason\":\"\",\"intent\":\"none\"}"},"finish_reason":"stop"}],"usage":%s}`, usage)
			}))
			t.Cleanup(server.Close)
			c := client(t, provider(t, theNetwork), func(o *llm.Options) { o.Profile.BaseURL, o.Budget = server.URL, llm.Budget{Tokens: 4000} })
			var err error
			asked := 0
			for ; err == nil && asked < 50; asked++ {
				_, err = c.Interpret(t.Context(), question(strings.Repeat("问", asked+1)))
			}
			if spent := c.Spent(); !errors.Is(err, llm.ErrBudget) || asked < 3 || spent.In <= 0 || spent.Out <= 0 {
				t.Errorf("after %d: %v, %+v", asked, err, spent)
			}
		})
	}
}
