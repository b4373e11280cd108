// Package tracing tells a collector, by OTLP over HTTP, how single messages went:
// which steps they took, how long each was, and how it ended.
//
// A span holds its name, its times and one word of a fixed list. No text, no
// person and no reason code is ever given to it: there is no way to.
package tracing
