-- +goose Up

-- Conversations that were erased, each with what proves that the rest is whole
-- and nothing that tells of a person. A name is a hash of the salt and the id.
CREATE TABLE erased (
    n         bigint PRIMARY KEY,
    name      bytea  NOT NULL CHECK (length(name) = 32),
    turns     bigint NOT NULL,
    highest   bigint NOT NULL, -- of its positions
    positions bytea  NOT NULL, -- packed
    last      bytea  NOT NULL CHECK (length(last) = 32), -- the link of its last turn
    at        bigint NOT NULL, -- microseconds since 1970
    reason    text   NOT NULL,
    chain     bytea  NOT NULL CHECK (length(chain) = 32)
);

CREATE UNIQUE INDEX erased_name ON erased (name);
CREATE INDEX erased_highest ON erased (highest);

-- Conversations that are to be erased, until nothing of them is left anywhere.
CREATE TABLE erasing (
    conversation text COLLATE "C" PRIMARY KEY,
    reason       text   NOT NULL,
    asked        bigint NOT NULL
);

INSERT INTO meta (key, value) VALUES ('salt', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));

-- A person's conversations are found without reading the whole list.
DROP INDEX overviews_appellant;
CREATE INDEX overviews_owner ON overviews (tenant, owner);

-- append_turns is as before, and gives out no position again when the newest
-- turns were erased. The first turn of a conversation that was erased stays out:
-- its place is returned below zero.
--
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION append_turns(
    conversations text[], versions bigint[], ats text[], befores bytea[], chains bytea[], bodies text[], waves int[],
    block_keys text[], block_bodies text[], note boolean, retried boolean
) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
    last   bigint;
    stored int[] := '{}';
    added  int[];
    fits   bigint;
    graves text; -- the salt of their names
    gone   int[];
BEGIN
    PERFORM pg_advisory_xact_lock(807001);
    last := greatest(
        (SELECT coalesce(max(position), 0) FROM turns),
        (SELECT coalesce(max(value::bigint), 0) FROM meta WHERE key IN ('sound', 'last')));
    graves := (SELECT value FROM meta WHERE key = 'salt');

    INSERT INTO sealed (key, body) SELECT * FROM unnest(block_keys, block_bodies) ON CONFLICT (key) DO NOTHING;

    FOR this IN 0 .. coalesce((SELECT max(w) FROM unnest(waves) AS w), -1) LOOP
        WITH given AS (
            SELECT g.* FROM unnest(conversations, versions, ats, befores, chains, bodies, waves)
                WITH ORDINALITY AS g (conversation, version, at, before, chain, body, wave, place)
            WHERE g.wave = this
        ), fitting AS (
            SELECT g.*, row_number() OVER (ORDER BY g.place) AS nth FROM given g
            WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.conversation = g.conversation AND t.version = g.version)
              AND (g.version = 1 AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.name = sha256(convert_to(graves || g.conversation, 'UTF8')))
                  OR g.version > 1 AND EXISTS (
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
        gone := ARRAY(
            SELECT -g.place::int FROM unnest(conversations, versions, waves) WITH ORDINALITY AS g (conversation, version, wave, place)
            WHERE g.wave = this AND g.version = 1
              AND EXISTS (SELECT 1 FROM erased e WHERE e.name = sha256(convert_to(graves || g.conversation, 'UTF8'))));
        last := last + fits;
        stored := stored || added || gone;
    END LOOP;

    IF note THEN
        INSERT INTO meta (key, value) VALUES ('sound', last::text)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value;
    END IF;
    RETURN stored;
END $$;
-- +goose StatementEnd
