-- +goose Up

-- What other systems have to be told. Times are microseconds since 1970.

-- How far the log was read for it; one row, or none yet.
CREATE TABLE outbox_cursor (
    one      integer PRIMARY KEY CHECK (one = 1),
    position bigint  NOT NULL
);

-- Conversations that are followed.
CREATE TABLE outbox_open (
    conversation text COLLATE "C" PRIMARY KEY
);

CREATE TABLE outbox_endpoints (
    name text COLLATE "C" PRIMARY KEY,
    url  text    NOT NULL,
    gone boolean NOT NULL -- wants to hear nothing more
);

-- A conversation is told in the order of position and nth.
CREATE TABLE outbox_notes (
    endpoint     text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    position     bigint NOT NULL,
    nth          bigint NOT NULL,
    id           text   NOT NULL,
    kind         text   NOT NULL,
    body         bytea  NOT NULL,
    noted        bigint NOT NULL,
    due          bigint NOT NULL,
    tries        bigint NOT NULL,
    PRIMARY KEY (endpoint, conversation, position, nth)
);

CREATE INDEX outbox_due ON outbox_notes (endpoint, due);
