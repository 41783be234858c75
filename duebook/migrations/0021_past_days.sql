-- Sorted are the rows of today and tomorrow alone: past days are made in less time, and changed for less, without indexes.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';

TRUNCATE ar.org_day, ar.typical_amount, ar.customer_aging, ar.day_total;  -- worked out anew when somebody asks
ALTER TABLE ar.org_day ADD COLUMN is_sorted boolean NOT NULL DEFAULT false;
ALTER TABLE ar.customer_aging ADD COLUMN is_sorted boolean NOT NULL DEFAULT false;  -- as its day's
-- Only functions write them, of organisations that are there: a look for each row costs more than the row.
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.customer_aging DROP CONSTRAINT customer_aging_org_id_fkey;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_score;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_outstanding;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_current;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_past_due;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_debit;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_credit;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_days;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_d1_30;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_d31_60;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_d61_90;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_d91_plus;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_aging_name;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_score ON ar.customer_aging
    (org_id, day, currency, score DESC, outstanding DESC, sort_name, customer_id) WHERE is_listed AND is_sorted;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_outstanding ON ar.customer_aging
    (org_id, day, currency, outstanding DESC, sort_name, customer_id) WHERE is_listed AND is_sorted;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_current
    ON ar.customer_aging (org_id, day, currency, current_amount) WHERE is_listed AND is_sorted AND current_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_past_due
    ON ar.customer_aging (org_id, day, currency, past_due_amount) WHERE is_listed AND is_sorted AND past_due_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_debit
    ON ar.customer_aging (org_id, day, currency, debit_amount) WHERE is_listed AND is_sorted AND debit_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_credit
    ON ar.customer_aging (org_id, day, currency, credit_amount) WHERE is_listed AND is_sorted AND credit_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_days
    ON ar.customer_aging (org_id, day, currency, days_overdue) WHERE is_listed AND is_sorted AND days_overdue <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d1_30
    ON ar.customer_aging (org_id, day, currency, d1_30_amount) WHERE is_listed AND is_sorted AND d1_30_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d31_60
    ON ar.customer_aging (org_id, day, currency, d31_60_amount) WHERE is_listed AND is_sorted AND d31_60_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d61_90
    ON ar.customer_aging (org_id, day, currency, d61_90_amount) WHERE is_listed AND is_sorted AND d61_90_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d91_plus
    ON ar.customer_aging (org_id, day, currency, d91_plus_amount) WHERE is_listed AND is_sorted AND d91_plus_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_name
    ON ar.customer_aging (org_id, day, currency, sort_name) WHERE is_listed AND is_sorted;
