// Package llm asks a language model of any provider that speaks the protocol of
// OpenAI: what an odd question means, how an authored answer can be said more
// warmly, what an agent should know first, what a group of questions could be
// called, how alike questions are. Everything it asks holds masked words alone, everything it gets is
// checked, and nobody waits for it longer than its deadline: whatever goes wrong
// is an error, and its callers go on as if there were no model.
package llm
