// Package analytics turns the log into figures. It is pure: it reads turns, and
// knows nothing of SQL, sockets or the clock.
//
// One idea carries everything. [Apply] folds turns into contacts; each contact
// has marks that hold or do not, sums, and keys with bits; and every figure is
// a count of contacts or a sum over them, see [Figures]. So every figure can be
// recomputed from the log by hand, and taken apart down to the conversations
// behind it.
//
// Nothing is decided by time running out. A contact is judged by what has
// happened so far, and judged again when something else happens: somebody who
// left is taken for helped until they come back. Figures about the last 24
// hours are therefore provisional.
package analytics
