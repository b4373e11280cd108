// Package llmtest holds a provider of language models for tests: real HTTP, with a
// switch for everything that providers are known to do wrong.
package llmtest
