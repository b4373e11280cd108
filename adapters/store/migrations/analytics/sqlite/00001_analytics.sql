-- +goose Up

-- Everything here is projected from the log, up to the position noted. It can be
-- emptied and made anew at any time.
CREATE TABLE analytics_state (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    position   INTEGER NOT NULL,
    generation INTEGER NOT NULL, -- grows when something is taken away
    at         INTEGER NOT NULL, -- of the last turn, in microseconds
    broken     INTEGER NOT NULL, -- conversations of which turns are missing
    target     INTEGER NOT NULL, -- up to where it is being made anew
    rules      TEXT    NOT NULL  -- by which it was made
) STRICT;

-- Where contacts are counted. Grain 0 knows the tenant only, 1 leaves version
-- and cause out, 2 knows everything, 3 the tenant and the version, 4 the tenant and
-- the cause.
CREATE TABLE analytics_places (
    id      INTEGER PRIMARY KEY,
    grain   INTEGER NOT NULL,
    tenant  TEXT    NOT NULL,
    product TEXT    NOT NULL,
    locale  TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    version TEXT    NOT NULL,
    cause   TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX analytics_places_all ON analytics_places (tenant, grain, product, locale, channel, version, cause);

-- What is counted beside marks and sums: intents, causes, fixes …
CREATE TABLE analytics_names (
    id   INTEGER PRIMARY KEY,
    kind TEXT    NOT NULL,
    key  TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX analytics_names_all ON analytics_names (kind, key);

-- Marks and sums of the contacts of a place that began on a day, packed.
CREATE TABLE analytics_cells (
    place  INTEGER NOT NULL,
    day    INTEGER NOT NULL, -- since 1970
    counts BLOB    NOT NULL,
    PRIMARY KEY (place, day)
) STRICT, WITHOUT ROWID;

-- In how many of these contacts each bit of a key is set.
CREATE TABLE analytics_keys (
    kind  TEXT    NOT NULL,
    place INTEGER NOT NULL,
    day   INTEGER NOT NULL,
    name  INTEGER NOT NULL,
    k0 INTEGER NOT NULL, k1 INTEGER NOT NULL, k2 INTEGER NOT NULL, k3 INTEGER NOT NULL,
    k4 INTEGER NOT NULL, k5 INTEGER NOT NULL, k6 INTEGER NOT NULL, k7 INTEGER NOT NULL,
    PRIMARY KEY (kind, place, day, name)
) STRICT, WITHOUT ROWID;

-- The last contact of a conversation comes with what the fold remembers of the
-- conversation; n is 0 while there is none. Those that are closed never change.
CREATE TABLE analytics_contacts (
    conversation TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    opened       INTEGER NOT NULL, -- position of the first turn; 0 while there is none
    day          INTEGER NOT NULL,
    place        INTEGER NOT NULL, -- of grain 2
    marks        INTEGER NOT NULL, -- a bit each
    closed       INTEGER NOT NULL,
    body         BLOB    NOT NULL,
    PRIMARY KEY (conversation, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX analytics_contacts_newest ON analytics_contacts (opened, day, place, marks);

-- Between which positions the contacts of a day were opened. It may be more than
-- needed.
CREATE TABLE analytics_days (
    day   INTEGER PRIMARY KEY,
    least INTEGER NOT NULL,
    most  INTEGER NOT NULL
) STRICT;

-- Where the latest contact of a person is, who is known by a hash.
CREATE TABLE analytics_persons (
    person       BLOB    PRIMARY KEY,
    conversation TEXT    NOT NULL,
    n            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO analytics_state (one, position, generation, at, broken, target, rules) VALUES (1, 0, 0, 0, 0, 0, '');
