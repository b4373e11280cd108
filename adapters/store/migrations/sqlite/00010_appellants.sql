-- +goose Up

-- The list of conversations says from now on who began an appeal, and whose was
-- refused: it is made anew from the log.
DELETE FROM overviews;
UPDATE meta SET value = '0' WHERE key = 'projected';
DROP INDEX overviews_appeal;
CREATE INDEX overviews_appeal ON overviews (appeal, position) WHERE appeal IN ('submitted', 'refused');
CREATE INDEX overviews_appellant ON overviews (tenant, owner, position) WHERE appeal IS NOT NULL;
