-- +goose Up

-- One row is one turn. The table is kept in the order of arrival, so that
-- writing touches its last page only; finding a conversation is the work of
-- the small index, which is also the optimistic lock.
CREATE TABLE turns (
    position     INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused, even after erasure
    conversation TEXT    NOT NULL,
    version      INTEGER NOT NULL CHECK (version > 0),
    at           TEXT    NOT NULL,                  -- 2026-03-01T09:30:00.123456789Z
    events       TEXT    NOT NULL                   -- JSON: [{"kind": …, "data": …}, …]
) STRICT;

CREATE UNIQUE INDEX turns_conversation_version ON turns (conversation, version);

-- Facts about the log itself: its epoch, and what readiness
-- probes wrote.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
