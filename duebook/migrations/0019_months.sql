-- Twelve months of each account, worked out and kept: the monthly report reads them, and nobody else writes them than the
-- functions of rollups/functions.sql. Derived: everything here may be removed and comes back by itself.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '10min';

-- The windows for which customer_month is whole and right, by their last month. Facts after `until` do not count yet.
CREATE TABLE ar.org_window (
    org_id  bigint NOT NULL REFERENCES ar.org,
    month   date NOT NULL,
    until   date NOT NULL CHECK (date_trunc('month', until) = month),
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, month)
);

-- One row per account, currency and window. Figures first and of one width: the page sorts all rows by any of them. No
-- reference to the customer, as in customer_aging.
CREATE TABLE ar.customer_month (
    org_id       bigint NOT NULL REFERENCES ar.org,
    month        date NOT NULL,  -- the first day of the window's last month
    changes_on   date NOT NULL,  -- when facts that are known already will change the account's rows next
    customer_id  bigint NOT NULL,
    -- What was owed when the window began (0) and at the end of each of its months.
    owed_0       bigint NOT NULL,
    owed_1       bigint NOT NULL,
    owed_2       bigint NOT NULL,
    owed_3       bigint NOT NULL,
    owed_4       bigint NOT NULL,
    owed_5       bigint NOT NULL,
    owed_6       bigint NOT NULL,
    owed_7       bigint NOT NULL,
    owed_8       bigint NOT NULL,
    owed_9       bigint NOT NULL,
    owed_10      bigint NOT NULL,
    owed_11      bigint NOT NULL,
    owed_12      bigint NOT NULL,
    in_debt      boolean NOT NULL,  -- whether it is a row of the report on debt,
    in_orders    boolean NOT NULL,  -- and of the one on open orders
    currency     text COLLATE "C" NOT NULL,
    sort_name    text COLLATE "C" NOT NULL,
    -- How many orders were open at the end of each month, their full amounts, and the oldest of the last month.
    count_1      bigint NOT NULL,
    count_2      bigint NOT NULL,
    count_3      bigint NOT NULL,
    count_4      bigint NOT NULL,
    count_5      bigint NOT NULL,
    count_6      bigint NOT NULL,
    count_7      bigint NOT NULL,
    count_8      bigint NOT NULL,
    count_9      bigint NOT NULL,
    count_10     bigint NOT NULL,
    count_11     bigint NOT NULL,
    count_12     bigint NOT NULL,
    amount_1     bigint NOT NULL,
    amount_2     bigint NOT NULL,
    amount_3     bigint NOT NULL,
    amount_4     bigint NOT NULL,
    amount_5     bigint NOT NULL,
    amount_6     bigint NOT NULL,
    amount_7     bigint NOT NULL,
    amount_8     bigint NOT NULL,
    amount_9     bigint NOT NULL,
    amount_10    bigint NOT NULL,
    amount_11    bigint NOT NULL,
    amount_12    bigint NOT NULL,
    oldest_order date,
    PRIMARY KEY (org_id, month, customer_id, currency),
    CHECK (in_debt OR in_orders)
);
-- In which currencies a report has rows.
CREATE INDEX customer_month_currency ON ar.customer_month (org_id, month, currency);
ALTER TABLE ar.customer_month ALTER COLUMN sort_name SET STATISTICS 0;

-- Orders, and invoices that name one, among millions of documents. In a transaction, as every migration: an import waits.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_order ON ar.document (org_id, customer_id) WHERE class = 'order';
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX document_names_order ON ar.document (org_id, customer_id) WHERE order_number IS NOT NULL;
