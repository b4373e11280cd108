-- +goose Up

-- Tokens that do not count any more: one of its name, or all that a person was
-- given up to a moment. Times are microseconds since 1970.
CREATE TABLE revocations (
    tenant text   NOT NULL,
    login  text   NOT NULL, -- empty: it is about one token
    token  text   NOT NULL, -- empty: it is about a person
    since  bigint NOT NULL,
    lapses bigint NOT NULL, -- when all it concerns has expired
    PRIMARY KEY (tenant, login, token)
);
