// Package desk is the door for agents: the desk they work at, the routes below
// /v1/desk/ and the WebSocket that keeps its lists live.
//
// Who may do what is one table (routes_table.go for requests, acts.go for what
// is done over the socket). A request is let in by steps, each in a file:
//
//  1. address.go: where it comes from, and that no other page sent it
//  2. visitor.go: whose session its cookie is; login.go begins and ends those,
//     company.go for accounts of a provider; password.go and guesses.go keep
//     guessers out
//  3. the table: whether the role may ask this, and the CSRF header
//
// A socket (socket.go) is greeted with the whole board and then hears what
// changes (hub.go): entries, who is there (presence.go), turns of the
// conversations it watches (watch.go). Which those may be is in sight.go. What waits for it is bounded (outbox.go);
// a desk that does not read is cut, comes back and is greeted anew.
//
// What agents read of a person's name is masked (mask.go) until they say why
// they need it. That, every look at a conversation and every change of an account
// go into the audit log before they happen, what changes hands once it has.
package desk
