-- Whose words a case holds. When the books move the invoice to another account the case follows it, so that those who
-- work here find it there; that account's client must not read what was said between others.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
ALTER TABLE ar.dispute_case ADD COLUMN raised_for bigint;
UPDATE ar.dispute_case SET raised_for = customer_id;
-- Few rows, and nobody reads them while a migration runs.
-- squawk-ignore adding-not-nullable-field
ALTER TABLE ar.dispute_case ALTER COLUMN raised_for SET NOT NULL;
