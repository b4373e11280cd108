// Package staff says who works at the desk: accounts and their roles, the
// sessions they sign in with, and the audit log of what they did. It is pure
// data with its rules; [Vault] is what keeps it.
package staff
