-- +goose Up

-- Who works at the desk. Times are microseconds since 1970.
CREATE TABLE staff_accounts (
    login    TEXT    PRIMARY KEY,
    name     TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    queues   TEXT    NOT NULL, -- separated by blanks
    locale   TEXT    NOT NULL,
    hash     TEXT    NOT NULL, -- of the password, with its parameters
    disabled INTEGER NOT NULL,
    era      INTEGER NOT NULL, -- sessions of another era are void
    version  INTEGER NOT NULL,
    created  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The key is a hash of what the browser holds.
CREATE TABLE staff_sessions (
    key   BLOB    PRIMARY KEY,
    login TEXT    NOT NULL,
    era   INTEGER NOT NULL,
    began INTEGER NOT NULL,
    seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what. Each record is chained to the one before it.
CREATE TABLE staff_audit (
    n            INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    who          TEXT    NOT NULL,
    did          TEXT    NOT NULL,
    conversation TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    chain        BLOB    NOT NULL CHECK (length(chain) = 32)
) STRICT;
