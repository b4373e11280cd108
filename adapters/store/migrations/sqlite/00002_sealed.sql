-- +goose Up

-- Blocks that stand in a knowledge pack word for word, each once. Rows of turns
-- refer to them by key, which is made of the content.
CREATE TABLE sealed (
    key  TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
