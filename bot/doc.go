// Package bot is the domain of Kaitong: what a conversation is, how one
// message becomes one answer, and the ports through which the outside world
// is reached. It knows nothing of sockets, SQL or NATS.
//
// The path of one message, in order:
//
//  1. an adapter turns what it received into a [Say]
//  2. [Engine.Handle] loads the conversation, a fold of its turns; a message
//     id seen before gets the recorded reply again
//  3. if an agent owns the conversation the message is recorded, not answered
//  4. the text is masked, then classified
//  5. [Decide] turns state and understanding into a [Plan] (pure)
//  6. if the plan wants it, [Eligibility] is asked; failure means "unknown"
//  7. [Compose] turns plan and verdict into blocks (pure)
//  8. [EventLog.Append] stores the whole turn; a conflict reloads and reruns
//  9. only then is anything acknowledged or shown
//
// The log is the truth: every other table, cache and figure can be rebuilt
// from it.
package bot
