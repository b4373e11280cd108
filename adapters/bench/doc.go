// Package bench asks a running server many questions at once and says how it
// did: how many were answered, how long that took, what it cost the server,
// and whether anything was lost, doubled or mixed up on the way.
//
// It speaks the protocol and knows nothing else of the server. Its own cost is
// kept about as low as that of a bare echo, because on one machine what the
// client uses is missing on the other side: frames are written and read as
// bytes, without a decoder, by one goroutine a socket.
package bench
