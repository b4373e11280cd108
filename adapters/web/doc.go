// Package web is the door for people: WebSocket sessions speaking
// kaitong.v1, the few HTTP routes beside them, and the chat page.
//
// A socket's life, in order:
//
//  1. upgrade.go checks Origin and subprotocol and lets the HTTP handler
//     return; one goroutine reads the socket from then on
//  2. strict.go refuses JSON that two readers could understand differently,
//     frame.go turns the rest into typed frames
//  3. hello.go learns who is there (identity.go) and which conversation
//  4. turns wait in a bounded inbox; one worker, started on demand, hands them
//     to the [Engine] (turn.go), so that pings are answered meanwhile
//  5. only what the engine has stored is acknowledged; feed.go shows the new
//     events to every socket of the conversation (hub.go), once and in order
//  6. a bounded outbox writes them; a reader too slow for it is cut and may
//     come back and resume
//
// Every refusal has a code from the one table in codes.go. Nothing a person
// reads is made from an error's text.
package web
