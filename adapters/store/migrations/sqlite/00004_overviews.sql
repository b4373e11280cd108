-- +goose Up

-- The list of conversations, projected from the log up to the position noted as
-- projected. It can be emptied and made anew at any time. NULL: the log has not
-- said it yet.
CREATE TABLE overviews (
    conversation TEXT    PRIMARY KEY,
    tenant       TEXT,
    owner        TEXT,
    anonymous    INTEGER,
    product      TEXT,
    locale       TEXT,
    started      TEXT,
    last         TEXT    NOT NULL,
    turns        INTEGER NOT NULL,
    handoff      TEXT,
    ticket       TEXT,
    position     INTEGER NOT NULL -- of the last turn
) STRICT, WITHOUT ROWID;

CREATE INDEX overviews_position ON overviews (position);

INSERT INTO meta (key, value) VALUES ('projected', '0');
