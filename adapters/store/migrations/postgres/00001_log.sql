-- +goose Up

-- One row is one turn. Names are compared byte for byte.
CREATE TABLE turns (
    position     bigint PRIMARY KEY,
    conversation text   COLLATE "C" NOT NULL,
    version      bigint NOT NULL CHECK (version > 0),
    at           text   NOT NULL,                    -- 2026-03-01T09:30:00.123456789Z
    chain        bytea  NOT NULL CHECK (length(chain) = 32),
    events       text   NOT NULL                     -- JSON, not jsonb: people type \u0000
);

CREATE UNIQUE INDEX turns_conversation_version ON turns (conversation, version);

-- Blocks that stand in a knowledge pack word for word, each once. Rows of turns
-- refer to them by key, which is made of the content.
CREATE TABLE sealed (
    key  text COLLATE "C" PRIMARY KEY,
    body text NOT NULL
);

-- Facts about the log itself.
CREATE TABLE meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);

INSERT INTO meta (key, value) VALUES ('dense', '0'), ('sound', '0');

-- append_turns stores a group of turns and returns which of them went in, by
-- their place in the arrays. It is one statement so that the server has all of
-- it before it takes the lock: no node, however slow or dead, holds the others
-- up half-way through its group.
--
-- Under the lock positions are given out in the order of commits, and none is
-- left out: whoever reads them in order misses nothing. A turn goes in when its
-- version is free and the turn it was chained to is there. Turns of one
-- conversation are in different waves; each wave sees those before it. retried
-- says that this very group may be stored already: then what is there with the
-- same link counts as gone in.
--
-- +goose StatementBegin
CREATE FUNCTION append_turns(
    conversations text[], versions bigint[], ats text[], befores bytea[], chains bytea[], bodies text[], waves int[],
    block_keys text[], block_bodies text[], note boolean, retried boolean
) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
    last   bigint;
    stored int[] := '{}';
    added  int[];
    fits   bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(807001);
    last := greatest(
        (SELECT coalesce(max(position), 0) FROM turns),
        (SELECT coalesce(max(value::bigint), 0) FROM meta WHERE key = 'sound'));

    INSERT INTO sealed (key, body) SELECT * FROM unnest(block_keys, block_bodies) ON CONFLICT (key) DO NOTHING;

    FOR this IN 0 .. coalesce((SELECT max(w) FROM unnest(waves) AS w), -1) LOOP
        WITH given AS (
            SELECT g.* FROM unnest(conversations, versions, ats, befores, chains, bodies, waves)
                WITH ORDINALITY AS g (conversation, version, at, before, chain, body, wave, place)
            WHERE g.wave = this
        ), fitting AS (
            SELECT g.*, row_number() OVER (ORDER BY g.place) AS nth FROM given g
            WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation = g.conversation AND t.version = g.version)
              AND (g.version = 1 OR EXISTS (
                  SELECT 1 FROM turns t WHERE t.conversation = g.conversation AND t.version = g.version - 1 AND t.chain = g.before))
        ), inserted AS (
            INSERT INTO turns (position, conversation, version, at, chain, events)
            SELECT last + nth, conversation, version, at, chain, body FROM fitting
        ), known AS (
            SELECT g.place FROM given g JOIN turns t ON t.conversation = g.conversation AND t.version = g.version AND t.chain = g.chain
            WHERE retried
        )
        SELECT array_agg(place::int), count(*) FILTER (WHERE fresh) INTO added, fits
        FROM (SELECT place, true AS fresh FROM fitting UNION ALL SELECT place, false FROM known) AS both_kinds;
        last := last + fits;
        stored := stored || added;
    END LOOP;

    IF note THEN
        INSERT INTO meta (key, value) VALUES ('sound', last::text)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
    END IF;
    RETURN stored;
END $$;
-- +goose StatementEnd
