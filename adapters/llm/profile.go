package llm

import (
	"encoding/json"
	"slices"
)

// Structured is how a provider is asked for JSON.
type Structured string

// The ways to ask for JSON.
const (
	BySchema Structured = "schema" // a JSON schema that the answer must match
	ByObject Structured = "object" // any JSON object
	ByPrompt Structured = "none"   // in words only
)

// The fields in which providers take the most tokens of an answer.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
)

// Profile is what differs between providers.
type Profile struct {
	Provider   string
	BaseURL    string // "" where everybody has their own
	Structured Structured
	TokenField string
	Stream     bool            // ask for a stream: where long silences are cut by somebody in between
	Usage      bool            // streams tell their usage when asked with stream_options
	Keyless    bool            // needs no key
	Plain      bool            // may be asked without TLS: it stands in one's own network
	NoThinking json.RawMessage // turns thinking off; nil: there is nothing to turn off
	Thinking   json.RawMessage // turns it on
	Aloud      bool            // thinks in streams alone
}

// Profiles are the providers that are known. What each wants is in docs/llm.md.
func Profiles() []Profile {
	kind := func(word string) json.RawMessage { return json.RawMessage(`{"thinking":{"type":"` + word + `"}}`) }
	return []Profile{
		{
			Provider: "qwen", BaseURL: "https://dashscope.aliyuncs.com/compatible-mode/v1", Structured: ByObject, TokenField: maxTokens, Usage: true, Aloud: true,
			NoThinking: json.RawMessage(`{"enable_thinking":false}`), Thinking: json.RawMessage(`{"enable_thinking":true}`),
		},
		{
			Provider: "deepseek", BaseURL: "https://api.deepseek.com", Structured: ByObject, TokenField: maxTokens, Usage: true,
			NoThinking: kind("disabled"), Thinking: kind("enabled"),
		},
		{
			Provider: "glm", BaseURL: "https://open.bigmodel.cn/api/paas/v4", Structured: ByObject, TokenField: maxTokens,
			NoThinking: kind("disabled"), Thinking: kind("enabled"),
		},
		{
			Provider: "doubao", BaseURL: "https://ark.cn-beijing.volces.com/api/v3", Structured: BySchema, TokenField: maxTokens, Usage: true,
			NoThinking: kind("disabled"), Thinking: kind("enabled"),
		},
		{
			Provider: "vllm", Structured: BySchema, TokenField: maxTokens, Usage: true, Keyless: true, Plain: true,
			NoThinking: json.RawMessage(`{"chat_template_kwargs":{"enable_thinking":false}}`),
			Thinking:   json.RawMessage(`{"chat_template_kwargs":{"enable_thinking":true}}`),
		},
		{
			Provider: "ollama", BaseURL: "http://127.0.0.1:11434/v1", Structured: BySchema, TokenField: maxTokens, Usage: true, Keyless: true, Plain: true,
			NoThinking: json.RawMessage(`{"reasoning_effort":"none"}`), Thinking: json.RawMessage(`{"reasoning_effort":"medium"}`),
		},
		{Provider: "openai", BaseURL: "https://api.openai.com/v1", Structured: BySchema, TokenField: maxCompletionTokens, Usage: true},
		{Provider: "custom", Structured: ByObject, TokenField: maxTokens, Keyless: true, Plain: true},
	}
}

// ProfileOf is the profile of a provider.
func ProfileOf(provider string) (Profile, bool) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Provider == provider })
	if i < 0 {
		return Profile{}, false
	}
	return all[i], true
}
