-- +goose Up

-- Everything here is projected from the log, up to the position noted. It can be
-- emptied and made anew at any time.
CREATE TABLE analytics_state (
    one        bigint PRIMARY KEY CHECK (one = 1),
    position   bigint NOT NULL,
    generation bigint NOT NULL, -- grows when something is taken away
    at         bigint NOT NULL, -- of the last turn, in microseconds
    broken     bigint NOT NULL, -- conversations of which turns are missing
    target     bigint NOT NULL, -- up to where it is being made anew
    rules      text COLLATE "C" NOT NULL  -- by which it was made
);

-- Where contacts are counted. Grain 0 knows the tenant only, 1 leaves version
-- and cause out, 2 knows everything, 3 the tenant and the version, 4 the tenant and
-- the cause.
CREATE TABLE analytics_places (
    id      bigint PRIMARY KEY,
    grain   bigint NOT NULL,
    tenant  text COLLATE "C" NOT NULL,
    product text COLLATE "C" NOT NULL,
    locale  text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    cause   text COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX analytics_places_all ON analytics_places (tenant, grain, product, locale, channel, version, cause);

-- What is counted beside marks and sums: intents, causes, fixes …
CREATE TABLE analytics_names (
    id   bigint PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    key  text COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX analytics_names_all ON analytics_names (kind, key);

-- Marks and sums of the contacts of a place that began on a day, packed.
CREATE TABLE analytics_cells (
    place  bigint NOT NULL,
    day    bigint NOT NULL, -- since 1970
    counts bytea NOT NULL,
    PRIMARY KEY (place, day)
);

-- In how many of these contacts each bit of a key is set.
CREATE TABLE analytics_keys (
    kind  text COLLATE "C" NOT NULL,
    place bigint NOT NULL,
    day   bigint NOT NULL,
    name  bigint NOT NULL,
    k0 bigint NOT NULL, k1 bigint NOT NULL, k2 bigint NOT NULL, k3 bigint NOT NULL,
    k4 bigint NOT NULL, k5 bigint NOT NULL, k6 bigint NOT NULL, k7 bigint NOT NULL,
    PRIMARY KEY (kind, place, day, name)
);

-- The last contact of a conversation comes with what the fold remembers of the
-- conversation; n is 0 while there is none. Those that are closed never change.
CREATE TABLE analytics_contacts (
    conversation text COLLATE "C" NOT NULL,
    n            bigint NOT NULL,
    opened       bigint NOT NULL, -- position of the first turn; 0 while there is none
    day          bigint NOT NULL,
    place        bigint NOT NULL, -- of grain 2
    marks        bigint NOT NULL, -- a bit each
    closed       bigint NOT NULL,
    body         bytea NOT NULL,
    PRIMARY KEY (conversation, n)
);

CREATE INDEX analytics_contacts_newest ON analytics_contacts (opened);

-- Between which positions the contacts of a day were opened. It may be more than
-- needed.
CREATE TABLE analytics_days (
    day   bigint PRIMARY KEY,
    least bigint NOT NULL,
    most  bigint NOT NULL
);

-- Where the latest contact of a person is, who is known by a hash.
CREATE TABLE analytics_persons (
    person       bytea    PRIMARY KEY,
    conversation text COLLATE "C" NOT NULL,
    n            bigint NOT NULL
);

INSERT INTO analytics_state (one, position, generation, at, broken, target, rules) VALUES (1, 0, 0, 0, 0, 0, '');
