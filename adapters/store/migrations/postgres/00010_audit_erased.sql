-- +goose Up

-- What agents did in a conversation is found when it is erased.
CREATE INDEX staff_audit_conversation ON staff_audit (conversation) WHERE conversation <> '';
