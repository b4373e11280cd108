package llm

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/sony/gobreaker/v2"
)

// Pause is why a model is not asked, or in vain.
type Pause string

// The pauses.
const (
	PauseAsked    Pause = "asked"    // for by the provider
	PauseFailures Pause = "failures" // too many of them
	PauseBudget   Pause = "budget"   // of the day is spent
	PauseSettings Pause = "settings" // no request is taken as it is
)

// Pauses says of each pause whether it is one now.
func (c *Client) Pauses() map[Pause]bool {
	return map[Pause]bool{
		PauseAsked: c.paused(), PauseFailures: c.breaker.State() == gobreaker.StateOpen,
		PauseBudget: c.purse.empty(), PauseSettings: c.Trouble() != "",
	}
}

// Ready says why nobody is helped at the moment, nil where they are.
func (c *Client) Ready() error {
	now := c.Pauses()
	switch {
	case now[PauseSettings]:
		return fmt.Errorf("%w: %s", ErrRefused, c.Trouble())
	case now[PauseAsked]:
		return fmt.Errorf("as the provider asked: %w", ErrPaused)
	case now[PauseFailures]:
		return fmt.Errorf("after too many failures: %w", ErrPaused)
	case now[PauseBudget]:
		return ErrBudget
	}
	return nil
}

// refusals are requests in a row that the provider did not take.
type refusals struct {
	n      int
	status int // of the last one; 0: a redirect
	told   bool
}

// manyRefusals in a row are none of single questions: providers refuse what some
// people write, but not what everybody does.
const manyRefusals = 5

// took notes whether the provider took a request. What is wrong with the settings
// is told once, until one is taken again.
func (c *Client) tookRequest(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.refused = refusals{}
	case errors.Is(err, ErrRefused):
		c.refused.n, c.refused.status = c.refused.n+1, statusOf(err)
		if trouble := c.refused.trouble(); trouble != "" && !c.refused.told {
			c.refused.told = true
			c.options.Logger.Warn("the language model cannot be used as it is configured", "provider", c.options.Profile.Provider, "model", c.options.Model, "trouble", trouble)
		}
	}
}

// Trouble says what to mend where the provider takes no request, "" where it takes
// some. It holds nothing that the provider said.
func (c *Client) Trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused.trouble()
}

func (r refusals) trouble() string {
	const ask = "; `kaitong llm doctor` says more"
	switch {
	case r.n == 0:
		return ""
	case r.status == 0:
		return "the provider sends requests to another address: see llm.base_url" + ask
	case r.status == http.StatusUnauthorized:
		return "the provider refuses the key (401): see llm.key" + ask
	case r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed:
		return fmt.Sprintf("the provider knows no such address or model (%d): see llm.base_url and llm.model%s", r.status, ask)
	case r.n < manyRefusals:
		return ""
	}
	return fmt.Sprintf("the provider refuses every request (%d): see llm.model, llm.structured, llm.token_field and llm.extra_body%s", r.status, ask)
}
