-- What every account owes, worked out per day and kept: the dashboard reads it, and nobody else writes it than the
-- functions of rollups/functions.sql. Derived: everything here may be removed and comes back by itself.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';

-- The days for which customer_aging is whole and right. No row: nobody has asked yet, or too much has changed.
CREATE TABLE ar.org_day (
    org_id    bigint NOT NULL REFERENCES ar.org,
    day       date NOT NULL,
    is_scored boolean NOT NULL,  -- the typical amounts and the scores are right as well
    made_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, day)
);

-- What accounts with a debt typically owe: the median at the close of the day before. In half minor units: exact.
CREATE TABLE ar.typical_amount (
    org_id   bigint NOT NULL REFERENCES ar.org,
    day      date NOT NULL,
    currency text COLLATE "C" NOT NULL REFERENCES ar.currency,
    halves   bigint NOT NULL CHECK (halves > 0),
    PRIMARY KEY (org_id, day, currency)
);

-- One row per account and currency as of a day. No reference to the customer: rows of one that is gone go with
-- the next refresh, and a lock on it would let imports and readers wait for each other.
CREATE TABLE ar.customer_aging (
    org_id             bigint NOT NULL REFERENCES ar.org,
    day                date NOT NULL,
    customer_id        bigint NOT NULL,
    currency           text COLLATE "C" NOT NULL,
    is_listed          boolean NOT NULL,  -- false: owed something the day before, now nothing in this currency
    is_active          boolean NOT NULL,  -- these two of the account itself, to filter and to sort by
    sort_name          text COLLATE "C" NOT NULL,
    score              bigint NOT NULL CHECK (score BETWEEN 0 AND 100),  -- collection priority in tenths
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
    outstanding_before bigint NOT NULL,  -- at the close of the day before
    current_count      bigint NOT NULL,
    past_due_count     bigint NOT NULL,
    d1_30_count        bigint NOT NULL,
    d31_60_count       bigint NOT NULL,
    d61_90_count       bigint NOT NULL,
    d91_plus_count     bigint NOT NULL,
    debit_count        bigint NOT NULL,
    credit_count       bigint NOT NULL,
    days_overdue       bigint NOT NULL,  -- weighted average, in ten thousandths of a day
    weighted_days      numeric NOT NULL,  -- sum of balance x days past due, to average many accounts
    oldest_due_date    date,
    PRIMARY KEY (org_id, day, customer_id, currency),
    CHECK (current_amount + past_due_amount + debit_amount - credit_amount = outstanding),
    CHECK (d1_30_amount + d31_60_amount + d61_90_amount + d91_plus_amount = past_due_amount)
);
CREATE INDEX customer_aging_score ON ar.customer_aging
    (org_id, day, currency, score DESC, outstanding DESC, sort_name, customer_id) WHERE is_listed;
CREATE INDEX customer_aging_outstanding ON ar.customer_aging
    (org_id, day, currency, outstanding DESC, sort_name, customer_id) WHERE is_listed;
ALTER TABLE ar.customer_aging ALTER COLUMN sort_name SET STATISTICS 0;

-- Search by any part of a name or a number. In a transaction, as every migration: an import waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX customer_search ON ar.customer USING gin (org_id public.int8_ops, search_text public.gin_trgm_ops);
-- Which customers somebody can sign in for.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX client_link_customer ON ar.client_link (org_id, customer_id);
