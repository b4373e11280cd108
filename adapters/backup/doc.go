// Package backup keeps files together with a manifest of them: their sizes,
// their checksums, and what made them. A backup is a directory, or one file
// (.tar, .tar.gz); either is whole or not there, and nothing of it is used
// whose checksum is another one.
//
// What the files mean is the business of adapters/cli.
package backup
