-- +goose Up

-- Conversations that were erased, each with what proves that the rest is whole
-- and nothing that tells of a person. A name is a hash of the salt and the id.
CREATE TABLE erased (
    n         INTEGER PRIMARY KEY,
    name      BLOB    NOT NULL CHECK (length(name) = 32),
    turns     INTEGER NOT NULL,
    highest   INTEGER NOT NULL, -- of its positions
    positions BLOB    NOT NULL, -- packed
    last      BLOB    NOT NULL CHECK (length(last) = 32), -- the link of its last turn
    at        INTEGER NOT NULL, -- microseconds since 1970
    reason    TEXT    NOT NULL,
    chain     BLOB    NOT NULL CHECK (length(chain) = 32)
) STRICT;

CREATE UNIQUE INDEX erased_name ON erased (name);
CREATE INDEX erased_highest ON erased (highest);

-- Conversations that are to be erased, until nothing of them is left anywhere.
CREATE TABLE erasing (
    conversation TEXT    PRIMARY KEY,
    reason       TEXT    NOT NULL,
    asked        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value) VALUES ('salt', lower(hex(randomblob(32))));

-- A person's conversations are found without reading the whole list.
DROP INDEX overviews_appellant;
CREATE INDEX overviews_owner ON overviews (tenant, owner);
