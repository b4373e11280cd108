// Package store keeps the event log in SQL: in SQLite by default, which needs
// nothing installed, or in PostgreSQL, which any number of nodes may share.
//
// # Writing
//
// One goroutine a process writes. It takes the turns that wait, of all
// conversations, into one transaction, and so into one fsync: alone a turn is
// written at once, in a crowd many share the wait for the disk. No timer is
// involved.
//
//	Append -> bounded queue -> writer: plan a batch, store it -> answers
//
// A turn with the wrong version fails alone with [bot.ErrConflict]; its
// neighbours are stored. A full queue is [bot.ErrBusy] at once. When the
// transaction fails, every turn of it fails.
//
// What differs between databases is small: writes stores a batch
// (sqlite_writer.go, postgres_writer.go), words says what reading says in SQL
// (sqlite.go, postgres.go), schema makes the tables (migrations).
//
// # What an answer means
//
// A nil from Append means committed with fsync: the turn survives the end of
// the process, of the operating system and of the power supply, as far as the
// disk honours fsync. SQLite runs in WAL mode with synchronous FULL. In
// PostgreSQL synchronous_commit is turned on where it is off, and a server with
// fsync off is refused. When the connection breaks during a commit the writer
// asks again, and the links tell it whether the batch had been stored; only
// when the server stays away for 5 s is it unknown, and the error wraps
// [bot.ErrBusy].
//
// # Several nodes
//
// The unique key (conversation, version) decides who wins. A batch is one
// statement under one advisory lock, so that positions are given out in the
// order of commits and without gaps: whoever reads in that order misses
// nothing. The server has the whole batch before it takes the lock, and its
// timeouts end a session that stays away, so no node holds up the others for
// longer than some seconds.
//
// # Being whole
//
// Every turn is chained to the one before it by a hash over everything that is
// stored of it. Load refuses a conversation that does not fit together
// ([ErrBroken]). The writer notes now and then, and at the end, that all is
// well; Open looks through what came after that note, and [Reader.Verify]
// through everything. Words of a pack are stored once and found by a key that is
// their hash.
//
// # The list of conversations
//
// The table of overviews is the fold [bot.Overview] of every conversation, up to
// the position noted as projected. The projector of the log brings it up, about
// once a second, each page of rows in one transaction with its position. In
// SQLite the page goes through the writer, and the turns come from memory where
// they were just stored; in PostgreSQL one node does it, the one that holds an
// advisory lock, and a page is refused that does not begin where the table ends.
// A projection that fails disturbs no turn. [Reader.Newest] adds what is not
// projected yet, [Reader.Verify] compares, [RebuildOverviews] begins anew.
//
// # Figures
//
// [Analytics] keeps the fold of package bot/analytics in tables: in a file of its
// own beside the log, so that counting holds up no message, or in PostgreSQL,
// where one node counts. It reads the log every 400 ms, in the order of positions,
// and stores each page with its position in one transaction. Contacts are counted
// by day in five grains, and by keys; counts move by what a contact counts now
// less what it counted before. Whatever does not fit the log, the zone or the
// version of the rules is made anew, by itself or by [RebuildAnalytics].
package store
