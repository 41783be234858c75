-- What a run's file said, as a hash of its content and of how it was read: said again, it need not be read.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
ALTER TABLE ar.ingest_run ADD COLUMN says text COLLATE "C";
ALTER TABLE ar.ingest_run ALTER COLUMN says SET STATISTICS 0;
-- In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ingest_run_says ON ar.ingest_run (org_id, says) WHERE says IS NOT NULL;
