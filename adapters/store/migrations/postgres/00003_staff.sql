-- +goose Up

-- Who works at the desk. Times are microseconds since 1970.
CREATE TABLE staff_accounts (
    login    text COLLATE "C" PRIMARY KEY,
    name     text    NOT NULL,
    role     text    NOT NULL,
    queues   text    NOT NULL, -- separated by blanks
    locale   text    NOT NULL,
    hash     text    NOT NULL, -- of the password, with its parameters
    disabled boolean NOT NULL,
    era      bigint  NOT NULL, -- sessions of another era are void
    version  bigint  NOT NULL,
    created  bigint  NOT NULL
);

-- The key is a hash of what the browser holds.
CREATE TABLE staff_sessions (
    key   bytea  PRIMARY KEY,
    login text   NOT NULL,
    era   bigint NOT NULL,
    began bigint NOT NULL,
    seen  bigint NOT NULL
);

-- Who did what. Each record is chained to the one before it.
CREATE TABLE staff_audit (
    n            bigint PRIMARY KEY,
    at           bigint NOT NULL,
    who          text   NOT NULL,
    did          text   NOT NULL,
    conversation text   NOT NULL,
    subject      text   NOT NULL,
    reason       text   NOT NULL,
    address      text   NOT NULL,
    chain        bytea  NOT NULL CHECK (length(chain) = 32)
);
