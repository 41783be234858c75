-- Documents of the kinds that the monthly report counts apart, by their day.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';
-- In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_noted ON ar.document (org_id, issue_date)
    WHERE kind IN ('debit_adjustment', 'credit_adjustment', 'receipt_tax_invoice');
