-- When a customer was reminded of an invoice, as the source recorded it. No amount rests on it.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
CREATE TABLE ar.reminder (
    org_id         bigint NOT NULL,
    document_id    bigint NOT NULL,
    reminded_on    date NOT NULL,
    customer_id    bigint NOT NULL,
    level          bigint,
    method         text NOT NULL,
    external_id    text COLLATE "C",
    source_version text COLLATE "C",
    run_id         bigint,
    PRIMARY KEY (org_id, document_id, reminded_on),
    FOREIGN KEY (org_id, document_id, customer_id) REFERENCES ar.document (org_id, id, customer_id)
        ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX reminder_external ON ar.reminder (org_id, external_id) WHERE external_id IS NOT NULL;
-- Texts have no statistics that a plan could tell of.
ALTER TABLE ar.reminder ALTER COLUMN method SET STATISTICS 0, ALTER COLUMN external_id SET STATISTICS 0,
    ALTER COLUMN source_version SET STATISTICS 0;
