// Package bot is the domain of Kaitong: what a conversation is, how one
// message becomes one answer, and the ports through which the outside world
// is reached. It knows nothing of sockets, SQL or NATS.
//
// The path of one message, in order:
//
//  1. an adapter turns what it received into a [Say]
//  2. [Engine.Handle] hides personal data before anything else sees the text
//  3. it loads the conversation, a fold of its turns; a message id seen before
//     gets the recorded reply again
//  4. if an agent owns the conversation the message is recorded, not answered
//  5. the text is classified
//  6. [Decide] turns state and understanding into a [Plan] (pure)
//  7. if the plan wants it, [Eligibility] is asked; failure means "unknown"
//  8. [Compose] turns plan and verdict into blocks (pure)
//  9. [EventLog.Append] stores the whole turn; a conflict reloads and reruns
//  10. only then is anything acknowledged or shown
//
// The log is the truth: every other table, cache and figure can be rebuilt
// from it.
package bot
