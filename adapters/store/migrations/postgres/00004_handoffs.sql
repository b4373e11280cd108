-- +goose Up

-- What waits for a human or has one is found without reading the whole list.
CREATE INDEX overviews_handoff ON overviews (position) WHERE handoff IN ('requested', 'queued', 'active');
