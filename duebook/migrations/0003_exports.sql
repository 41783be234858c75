-- A file on its way: when its making began, and whose rows are in it.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
ALTER TABLE ar.export
    ADD COLUMN started_at timestamptz,
    ADD COLUMN customers bigint[] NOT NULL DEFAULT '{}';  -- all of them must still be seen by whoever fetches it
ALTER TABLE ar.export ALTER COLUMN customers SET STATISTICS 0;
