// Package appeals hands appeals to the institution, over NATS: the contract of
// kaitong.appeals.v1.submit, a client, and a reference responder. Whoever sends
// an appeal does so until it is accepted, so the other side sees some more than
// once, under the same reference.
package appeals
