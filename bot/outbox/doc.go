// Package outbox says how what other systems have to be told is kept until
// they have been: how far the log was read, which conversations they follow,
// and what each still has to hear, in order. The notes come from the log, and
// whoever is told may hear the same thing twice, never not at all.
package outbox
