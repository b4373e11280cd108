// Package store keeps the event log in SQL. SQLite is the default and needs
// nothing installed; what is said in SQL stands apart from the logic, in
// sqlite.go and migrations/sqlite, so that another database can stand beside
// it.
//
// # Writing
//
// One goroutine writes. It takes the turns that wait, of all conversations,
// into one transaction, and so into one fsync: alone a turn is written at
// once, in a crowd many share the wait for the disk. No timer is involved.
//
//	Append -> bounded queue -> writer: begin, insert each, commit -> answers
//
// A turn with the wrong version fails alone with [bot.ErrConflict]; its
// neighbours are stored. A full queue is [bot.ErrBusy] at once. When the
// transaction fails, every turn of it fails and none is stored.
//
// # What an answer means
//
// A nil from Append means committed with fsync (SQLite in WAL mode,
// synchronous FULL): the turn survives the end of the process, of the
// operating system and of the power supply, as far as the disk honours fsync.
package store
