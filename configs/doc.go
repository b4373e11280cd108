// Package configs says what can be configured, with which defaults, and reads
// it: default values, then a strict YAML file, then KAITONG_* variables, then
// flags, each winning over the one before.
//
// Nothing is guessed: an unknown key, a key given twice or a value of the
// wrong type is an error with file, line, column and an excerpt. All errors
// are reported at once.
package configs
