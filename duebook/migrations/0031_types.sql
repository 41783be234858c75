-- Rows of the customers' list are sorted by account type where they are kept, as by name.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '5min';

TRUNCATE ar.org_day, ar.typical_amount, ar.customer_aging, ar.day_total;  -- worked out anew when somebody asks
ALTER TABLE ar.customer_aging ADD COLUMN account_type text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE ar.customer_aging ALTER COLUMN account_type SET STATISTICS 0;
-- In a transaction, as every migration.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_type ON ar.customer_aging
    (org_id, day, currency, account_type, outstanding DESC, sort_name, customer_id) WHERE is_listed AND is_sorted;
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX ar.customer_type;
