-- +goose Up

-- How far an appeal has come, and what waits for the institution without
-- reading the whole list.
ALTER TABLE overviews ADD COLUMN appeal TEXT;
CREATE INDEX overviews_appeal ON overviews (position) WHERE appeal = 'submitted';
