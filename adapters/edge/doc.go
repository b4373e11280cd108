// Package edge is what every HTTP server of ours must know alike: where a
// request comes from, what every answer says to browsers, and who takes gzip.
// It is shared because a second version of any of it would be a second chance
// to get it wrong.
package edge
