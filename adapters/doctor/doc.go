// Package doctor looks at what a server stands on, as an operator would at
// night: files, disk, addresses, certificates, clocks. Each finding says what
// is wrong, what that means for people, and what mends it, in Chinese and in
// English (words_table.go).
//
// It knows nothing of the configuration or of the other adapters: adapters/cli
// says what to look at, and adds what databases and NATS say about themselves.
// Nothing is changed; a probe file is removed again.
package doctor
