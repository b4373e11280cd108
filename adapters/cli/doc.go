// Package cli is the command line of Kaitong and the one place where all the
// parts are put together: configuration, knowledge, classifier, event log,
// message bus, eligibility, engine and web server.
package cli
