// Package stafftest proves that a vault keeps what [staff.Vault] promises, and
// has one in memory for tests of what stands on top.
package stafftest
