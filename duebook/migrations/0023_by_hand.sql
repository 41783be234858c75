-- What people have posted or voided since a file was loaded: whether the file has to be read again.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';
-- In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_by_hand ON ar.document (org_id, recorded_at) WHERE run_id IS NULL;
