// Package status keeps what is wrong with the service at the moment, as
// operators publish it: a Board that answers what is live at once, hears of
// changes over NATS and from a file, and loses nothing to a restart.
//
// Every node listens to [Subject] by itself, so one request reaches all of
// them. A node that starts, or was cut off, asks the others for their list;
// of two states of one incident the one changed last holds. The file
// incidents.json in the data directory is what a node remembers, and the way
// in where NATS listens nowhere: whoever replaces it is heard within a second.
//
// A message or file that breaks the rules changes nothing.
package status
