-- +goose Up

-- In how many contacts of a place and day each bit of the keys of a kind is set,
-- packed. The rules have changed too, so that all is counted again.
DROP TABLE analytics_keys;

CREATE TABLE analytics_keys (
    place  INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    counts BLOB    NOT NULL,
    PRIMARY KEY (place, kind, day)
) STRICT, WITHOUT ROWID;
