// Package web is the door for people: WebSocket sessions speaking
// kaitong.v1, the few HTTP routes beside them, and the chat page.
//
// A socket's life, in order:
//
//  1. upgrade.go checks Origin, subprotocol and how many come from one address
//     (door.go), and lets the HTTP handler return; one goroutine reads the
//     socket from then on, and it is all an idle socket has
//  2. hot.go reads the frames that come all the time; for all others strict.go
//     refuses JSON that two readers could understand differently and frame.go
//     turns the rest into typed frames
//  3. hello.go learns who is there (identity.go) and which conversation
//  4. turns wait in a bounded inbox; one worker (crew.go) at a time hands them
//     to the [Engine] (turn.go), so that pings are answered meanwhile
//  5. only what the engine has stored is acknowledged; feed.go shows the new
//     events to every socket of the conversation (hub.go), once and in order,
//     and announce.go those that other nodes have stored
//  6. a bounded outbox joins what waits for the socket into one write; a reader
//     too slow for it is cut and may come back and resume
//  7. sweep.go pings, and ends those that say or take nothing, all by one
//     timer; drain.go sends everybody off when the server ends
//
// Every refusal has a code from the one table in codes.go. Nothing a person
// reads is made from an error's text.
package web
