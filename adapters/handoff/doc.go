// Package handoff lets other desks take conversations over: they are told by
// signed webhooks of who waits for a human and of what is said meanwhile, and
// what their agents do comes back by signed requests.
//
// What is told is read from the log and kept until the other side has
// acknowledged it, so that nothing is lost when either side is away; what comes
// back becomes turns of the log like anything an agent does. The contract is
// docs/handoff.md.
package handoff
