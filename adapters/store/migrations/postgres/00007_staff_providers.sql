-- +goose Up

-- Who an account belongs to at a provider that people sign in with; empty: it is
-- an account of our own.
ALTER TABLE staff_accounts ADD COLUMN issuer text NOT NULL DEFAULT '';
ALTER TABLE staff_accounts ADD COLUMN subject text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX staff_accounts_provider ON staff_accounts (issuer, subject) WHERE issuer <> '';
