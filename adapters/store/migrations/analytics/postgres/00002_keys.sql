-- +goose Up

-- In how many contacts of a place and day each bit of the keys of a kind is set,
-- packed. The rules have changed too, so that all is counted again.
DROP TABLE analytics_keys;

CREATE TABLE analytics_keys (
    place  bigint NOT NULL,
    kind   text COLLATE "C" NOT NULL,
    day    bigint NOT NULL,
    counts bytea  NOT NULL,
    PRIMARY KEY (place, kind, day)
);
