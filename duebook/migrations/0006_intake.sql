-- Intake: which files came together, what a run rests on, and what it changed, so that it can be undone.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';
ALTER TABLE ar.ingest_run
    ADD COLUMN batch_id bigint,  -- the first run of the files that came together; NULL: loaded before this was kept
    ADD COLUMN is_snapshot boolean NOT NULL DEFAULT false,
    ADD COLUMN closed bigint NOT NULL DEFAULT 0,  -- documents that were missing in a snapshot
    ADD COLUMN rests_on bigint[] NOT NULL DEFAULT '{}',  -- runs whose rows it found to say the same already
    ADD COLUMN undone_at timestamptz,
    ADD COLUMN undone_by bigint;
ALTER TABLE ar.document_version ADD COLUMN superseded_by bigint;  -- the run that changed the document
ALTER TABLE ar.document_line ADD COLUMN source_version text COLLATE "C";
ALTER TABLE ar.order_link ADD COLUMN source_version text COLLATE "C";
ALTER TABLE ar.document_line ALTER COLUMN source_version SET STATISTICS 0;
ALTER TABLE ar.order_link ALTER COLUMN source_version SET STATISTICS 0;

-- Rows as they stood before a run changed or removed them. Of documents, document_version has them.
CREATE TABLE ar.ingest_before (
    org_id     bigint NOT NULL,
    run_id     bigint NOT NULL,
    table_name text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,  -- of the row, after the organisation
    before     jsonb NOT NULL,  -- without org_id: the row was not there
    PRIMARY KEY (org_id, run_id, table_name, key),
    FOREIGN KEY (org_id, run_id) REFERENCES ar.ingest_run
);
ALTER TABLE ar.ingest_before ALTER COLUMN key SET STATISTICS 0, ALTER COLUMN before SET STATISTICS 0;

-- In a transaction, as every migration: an import waits for it.
-- Removing an invoice asks for the orders it is linked to.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX order_link_invoice ON ar.order_link (org_id, invoice_id);
-- How many errors a run has.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ingest_error_run ON ar.ingest_error (org_id, run_id);
-- Few organisations have transfers; whether one has any is asked at each posting.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_transfer ON ar.document (org_id, customer_id) WHERE origin = 'transfer';
