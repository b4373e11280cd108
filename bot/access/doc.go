// Package access knows whose tokens do not count any more, although they were
// good when they were signed.
package access
