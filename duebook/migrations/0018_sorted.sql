-- The customers' list sorted by any figure, and what all of it adds up to per day.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';

-- Days without their totals are worked out anew when somebody asks for them.
TRUNCATE ar.org_day, ar.typical_amount, ar.customer_aging;

-- Most accounts have nothing in most columns: rows with nothing come in the order of customer_aging_outstanding, the
-- others in that of their column; rows alike in it are few and sorted as they come. In a transaction, as every migration.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_current ON ar.customer_aging (org_id, day, currency, current_amount) WHERE is_listed AND current_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_past_due ON ar.customer_aging (org_id, day, currency, past_due_amount) WHERE is_listed AND past_due_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_debit ON ar.customer_aging (org_id, day, currency, debit_amount) WHERE is_listed AND debit_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_credit ON ar.customer_aging (org_id, day, currency, credit_amount) WHERE is_listed AND credit_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_days ON ar.customer_aging (org_id, day, currency, days_overdue) WHERE is_listed AND days_overdue <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d1_30 ON ar.customer_aging (org_id, day, currency, d1_30_amount) WHERE is_listed AND d1_30_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d31_60 ON ar.customer_aging (org_id, day, currency, d31_60_amount) WHERE is_listed AND d31_60_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d61_90 ON ar.customer_aging (org_id, day, currency, d61_90_amount) WHERE is_listed AND d61_90_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_d91_plus ON ar.customer_aging (org_id, day, currency, d91_plus_amount) WHERE is_listed AND d91_plus_amount <> 0;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_aging_name ON ar.customer_aging (org_id, day, currency, sort_name) WHERE is_listed;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_type ON ar.customer (org_id, account_type);

-- The sums of all listed rows of a day. No viewer reads them: rollup.totals() tells them to who sees the whole.
CREATE TABLE ar.day_total (
    org_id             bigint NOT NULL REFERENCES ar.org,
    day                date NOT NULL,
    currency           text COLLATE "C" NOT NULL REFERENCES ar.currency,
    is_active          boolean NOT NULL,
    accounts           bigint NOT NULL,
    invoicing_accounts bigint NOT NULL,
    outstanding        bigint NOT NULL,
    current_amount     bigint NOT NULL,
    past_due_amount    bigint NOT NULL,
    d1_30_amount       bigint NOT NULL,
    d31_60_amount      bigint NOT NULL,
    d61_90_amount      bigint NOT NULL,
    d91_plus_amount    bigint NOT NULL,
    debit_amount       bigint NOT NULL,
    credit_amount      bigint NOT NULL,
    disputed_amount    bigint NOT NULL,
    statement_amount   bigint NOT NULL,
    discount_amount    bigint NOT NULL,
    current_count      bigint NOT NULL,
    past_due_count     bigint NOT NULL,
    debit_count        bigint NOT NULL,
    credit_count       bigint NOT NULL,
    weighted_days      numeric NOT NULL,
    PRIMARY KEY (org_id, day, currency, is_active)
);
ALTER TABLE ar.day_total ALTER COLUMN currency SET STATISTICS 0;
