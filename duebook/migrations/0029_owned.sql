-- Who owns accounts is read by every monthly report: its filter names them.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '5min';
-- In a transaction, as every migration.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_internal_owner ON ar.customer_internal (org_id, owner_id) WHERE owner_id IS NOT NULL;
