// Package natsbus gives the program its NATS connection: to a server inside
// this very process, reached over memory and listening nowhere, or to the
// servers of an external URL.
//
// NATS carries what may be asked again, eligibility requests, and what the log
// knows better, announcements of stored turns ([Live]).
// It keeps nothing, so neither JetStream nor a buffer for bad times is on:
// while the connection is down a publish fails at once, and a request can
// never reach the service long after its asker gave up.
package natsbus
