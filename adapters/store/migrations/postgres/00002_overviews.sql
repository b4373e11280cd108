-- +goose Up

-- The list of conversations, projected from the log up to the position noted as
-- projected. It can be emptied and made anew at any time. NULL: the log has not
-- said it yet.
CREATE TABLE overviews (
    conversation text COLLATE "C" PRIMARY KEY,
    tenant       text,
    owner        text,
    anonymous    boolean,
    product      text,
    locale       text,
    started      text,
    last         text   NOT NULL,
    turns        bigint NOT NULL,
    handoff      text,
    ticket       text,
    position     bigint NOT NULL -- of the last turn
);

CREATE INDEX overviews_position ON overviews (position);

INSERT INTO meta (key, value) VALUES ('projected', '0');
