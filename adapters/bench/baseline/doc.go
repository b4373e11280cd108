// Package baseline holds the servers that Kaitong is compared with. Each does
// a part of what Kaitong does, in the way one would write it first, and tells
// what the libraries and the machine themselves cost.
package baseline
