// Package eligibility asks whether a person may activate a product. It holds
// the wire contract (subject, JSON Schemas, error codes), the client that the
// bot uses, a reference responder with demo profiles, and the checks with
// which any team can verify a responder of its own.
//
// The contract is a NATS micro service named "eligibility" that answers
// requests on [Subject]. Requests and replies are JSON as the schemas in
// schema/ describe them; errors travel in the micro error headers.
//
// The client is also where secrets stop: a reason code that may not be told
// is replaced by the neutral refusal before anything else sees it.
package eligibility
