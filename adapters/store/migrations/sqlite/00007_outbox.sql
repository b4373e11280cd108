-- +goose Up

-- What other systems have to be told. Times are microseconds since 1970.

-- How far the log was read for it; one row, or none yet.
CREATE TABLE outbox_cursor (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL
) STRICT;

-- Conversations that are followed.
CREATE TABLE outbox_open (
    conversation TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_endpoints (
    name TEXT    PRIMARY KEY,
    url  TEXT    NOT NULL,
    gone INTEGER NOT NULL -- wants to hear nothing more
) STRICT, WITHOUT ROWID;

-- A conversation is told in the order of position and nth.
CREATE TABLE outbox_notes (
    endpoint     TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    nth          INTEGER NOT NULL,
    id           TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    body         BLOB    NOT NULL,
    noted        INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    PRIMARY KEY (endpoint, conversation, position, nth)
) STRICT;

CREATE INDEX outbox_due ON outbox_notes (endpoint, due);
