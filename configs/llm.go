package configs

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"
)

// LLM says which language model may help, with what, and how much of it.
type LLM struct {
	Provider   string // empty: none
	BaseURL    string // empty: that of the provider
	Model      string
	EmbedModel string // for grouping; empty: none
	Key        string
	KeyFile    string
	Structured string // schema | object | none; empty: what suits the provider
	TokenField string // max_tokens | max_completion_tokens; empty: what suits the provider
	Thinking   bool
	Stream     bool
	ExtraBody  string // a JSON object

	Uses []string // of understand, phrase, summarise, name, embed

	UnderstandTimeout time.Duration
	PhraseTimeout     time.Duration
	BackgroundTimeout time.Duration
	Concurrency       int
	AnswerTokens      int
	UserTokens        int // a day; 0: no limit
	AnonymousTokens   int // of all together who have not signed in; 0: no limit of their own
	DayTokens         int // 0: no limit
	DayCost           int // 0: no limit
	PriceIn           int // of a million tokens
	PriceOut          int
	BreakerFailures   int
	BreakerPause      time.Duration
	CacheEntries      int
	CacheFor          time.Duration
}

// The values of [LLM.Uses].
const (
	LLMUnderstand = "understand"
	LLMPhrase     = "phrase"
	LLMSummarise  = "summarise"
	LLMName       = "name"
	LLMEmbed      = "embed"
)

// Use says whether a use is wanted.
func (l LLM) Use(use string) bool { return l.Provider != "" && slices.Contains(l.Uses, use) }

func defaultLLM() LLM {
	return LLM{
		UnderstandTimeout: 1500 * time.Millisecond, PhraseTimeout: 2500 * time.Millisecond, BackgroundTimeout: 20 * time.Second,
		Concurrency: 8, AnswerTokens: 800, UserTokens: 30_000, AnonymousTokens: 500_000, DayTokens: 2_000_000,
		BreakerFailures: 5, BreakerPause: 30 * time.Second, CacheEntries: 2000, CacheFor: time.Hour,
	}
}

func (c *Config) llmSettings() []setting {
	return []setting{
		{"llm.provider", &c.LLM.Provider},
		{"llm.base_url", &c.LLM.BaseURL},
		{"llm.model", &c.LLM.Model},
		{"llm.embed_model", &c.LLM.EmbedModel},
		{"llm.key", &c.LLM.Key},
		{"llm.key_file", &c.LLM.KeyFile},
		{"llm.uses", &c.LLM.Uses},
		{"llm.structured", &c.LLM.Structured},
		{"llm.token_field", &c.LLM.TokenField},
		{"llm.thinking", &c.LLM.Thinking},
		{"llm.stream", &c.LLM.Stream},
		{"llm.extra_body", &c.LLM.ExtraBody},
		{"llm.understand_timeout", &c.LLM.UnderstandTimeout},
		{"llm.phrase_timeout", &c.LLM.PhraseTimeout},
		{"llm.background_timeout", &c.LLM.BackgroundTimeout},
		{"llm.concurrency", &c.LLM.Concurrency},
		{"llm.answer_tokens", &c.LLM.AnswerTokens},
		{"llm.user_tokens", &c.LLM.UserTokens},
		{"llm.anonymous_tokens", &c.LLM.AnonymousTokens},
		{"llm.day_tokens", &c.LLM.DayTokens},
		{"llm.day_cost", &c.LLM.DayCost},
		{"llm.price_in", &c.LLM.PriceIn},
		{"llm.price_out", &c.LLM.PriceOut},
		{"llm.breaker_failures", &c.LLM.BreakerFailures},
		{"llm.breaker_pause", &c.LLM.BreakerPause},
		{"llm.cache_entries", &c.LLM.CacheEntries},
		{"llm.cache_for", &c.LLM.CacheFor},
	}
}

// llmProviders are the providers with a profile, and whether they are somebody
// else's: those have a key, and are spoken to with TLS alone.
func llmProviders() map[string]bool {
	return map[string]bool{"qwen": true, "deepseek": true, "glm": true, "doubao": true, "openai": true, "vllm": false, "ollama": false, "custom": false}
}

// ReadKey returns the key of the provider, from Key or KeyFile, and "" when there
// is neither. One line end at the end of the file is not part of it.
func (l LLM) ReadKey() (string, error) {
	if l.KeyFile == "" {
		return l.Key, nil
	}
	key, err := readKeyFile(l.KeyFile)
	if err != nil {
		return "", err
	}
	if len(key) == 0 {
		return "", errors.New("read key: " + l.KeyFile + " is empty")
	}
	return string(key), nil
}

func (v *validator) llm() {
	c := v.config.LLM
	if c.Provider == "" {
		if len(c.Uses) > 0 {
			v.complain("llm.provider", "want the provider of the model, one of %s", orList(slices.Sorted(maps.Keys(llmProviders()))))
		}
		return
	}
	foreign, known := llmProviders()[c.Provider]
	if !known {
		v.complain("llm.provider", "want %s, got %q", orList(slices.Sorted(maps.Keys(llmProviders()))), c.Provider)
		return
	}
	if c.Model == "" {
		v.complain("llm.model", "want the name of the model, as the provider writes it")
	}
	v.llmAddress(foreign)
	v.llmKey(foreign)
	for _, use := range c.Uses {
		if !slices.Contains([]string{LLMUnderstand, LLMPhrase, LLMSummarise, LLMName, LLMEmbed}, use) {
			v.complainOf("llm.uses", use, "want understand, phrase, summarise, name or embed, got %q", use)
		}
	}
	if c.Use(LLMEmbed) && c.EmbedModel == "" {
		v.complain("llm.embed_model", "want the name of a model for embeddings, since llm.uses lists embed")
	}
	v.llmForm()
	v.llmLimits()
}

func (v *validator) llmAddress(foreign bool) {
	c := v.config.LLM
	if c.BaseURL == "" {
		if c.Provider == "vllm" || c.Provider == "custom" {
			v.complain("llm.base_url", "want the address of the API, such as http://127.0.0.1:8000/v1")
		}
		return
	}
	parsed, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		v.complain("llm.base_url", "want an address such as https://api.example.com/v1")
	case parsed.Scheme != "https" && (parsed.Scheme != "http" || foreign && guarded(c.BaseURL) != nil):
		v.complain("llm.base_url", "want https; http is for models of your own: vllm, ollama, custom")
	}
}

func (v *validator) llmKey(foreign bool) {
	c := v.config.LLM
	path := "llm.key"
	if c.KeyFile != "" {
		path = "llm.key_file"
	}
	key, err := c.ReadKey()
	switch {
	case c.Key != "" && c.KeyFile != "":
		v.complain(path, "give llm.key or llm.key_file, not both")
	case err != nil:
		v.complain(path, "%v", err)
	case key == "" && foreign:
		v.complain(path, "want the key that %s gave you; best as the variable KAITONG_LLM_KEY", c.Provider)
	case bytes.ContainsAny([]byte(key), " \t\r\n"):
		v.complain(path, "a key has no spaces and is one line")
	}
}

func (v *validator) llmForm() {
	c := v.config.LLM
	if c.Structured != "" {
		v.oneOf("llm.structured", c.Structured, "schema", "object", "none")
	}
	if c.TokenField != "" {
		v.oneOf("llm.token_field", c.TokenField, "max_tokens", "max_completion_tokens")
	}
	var extra map[string]json.RawMessage
	if c.ExtraBody != "" && json.Unmarshal([]byte(c.ExtraBody), &extra) != nil {
		v.complain("llm.extra_body", `want a JSON object in quotes, such as '{"top_k": 1}'`)
	}
	for _, name := range []string{"messages", "model", "stream", "tools", "response_format"} {
		if _, given := extra[name]; given {
			v.complain("llm.extra_body", "%q is not for you to set here", name)
		}
	}
}

func (v *validator) llmLimits() {
	c := v.config.LLM
	v.lasting("llm.understand_timeout", c.UnderstandTimeout, 50*time.Millisecond, 10*time.Second)
	v.lasting("llm.phrase_timeout", c.PhraseTimeout, 50*time.Millisecond, 10*time.Second)
	v.lasting("llm.background_timeout", c.BackgroundTimeout, time.Second, 5*time.Minute)
	v.lasting("llm.breaker_pause", c.BreakerPause, time.Second, time.Hour)
	v.lasting("llm.cache_for", c.CacheFor, time.Second, 24*time.Hour)
	v.between("llm.concurrency", c.Concurrency, 1, 1000)
	v.between("llm.answer_tokens", c.AnswerTokens, 50, 8000)
	v.between("llm.breaker_failures", c.BreakerFailures, 1, 1000)
	v.between("llm.cache_entries", c.CacheEntries, 1, 1_000_000)
	for _, one := range []struct {
		path  string
		value int
	}{
		{"llm.user_tokens", c.UserTokens}, {"llm.anonymous_tokens", c.AnonymousTokens}, {"llm.day_tokens", c.DayTokens}, {"llm.day_cost", c.DayCost}, {"llm.price_in", c.PriceIn}, {"llm.price_out", c.PriceOut},
	} {
		if one.value < 0 {
			v.complain(one.path, "want 0 or more, got %d", one.value)
		}
	}
	if c.DayCost > 0 && c.PriceIn+c.PriceOut == 0 {
		v.complain("llm.day_cost", "means nothing without llm.price_in and llm.price_out")
	}
}
