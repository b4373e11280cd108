// Package metrics tells operators how the program does, in the text format of
// Prometheus.
//
// What a label says is always one of few words that the program or its
// configuration knows: nothing a person writes, no person, no conversation and
// no reason code becomes one.
package metrics
