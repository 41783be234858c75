-- Where a batch waits between check and commit: private to this connection, gone with it.
-- One shape serves invoices, adjustments, payments and orders. Each file has a partition of its own.
-- `given`: the fields that a row states, where its rows differ in that; NULL: those of its file.
CREATE TEMPORARY TABLE stage_document (
    file integer, line integer, fingerprint bytea, account_number text COLLATE "C", number text COLLATE "C",
    issue_date date, amount numeric, kind text, due_date date, currency text COLLATE "C",
    outstanding_amount numeric, settled_date date, status text, disputed boolean, dispute_reason text,
    discount_amount numeric, discount_date date, order_number text, account_name text,
    external_id text COLLATE "C", source_version text, reason text, applied_to text COLLATE "C",
    method text, closed_date date, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_account (
    file integer, line integer, fingerprint bytea, account_number text COLLATE "C", name text, account_type text,
    status text, currency text COLLATE "C", credit_limit numeric, net_terms_days integer, contact_name text,
    contact_email text, parent_number text, owner_email text, external_id text COLLATE "C",
    source_version text, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_allocation (
    file integer, line integer, fingerprint bytea, source_number text COLLATE "C", invoice_number text COLLATE "C",
    amount numeric, dated_on date, source_kind text, account_number text COLLATE "C",
    external_id text COLLATE "C", source_version text, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_line (
    file integer, line integer, fingerprint bytea, invoice_number text COLLATE "C", line_number text COLLATE "C",
    description text, amount numeric, quantity numeric, unit_price numeric, status text,
    source_reference text, external_id text COLLATE "C", source_version text, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_link (
    file integer, line integer, fingerprint bytea, order_number text COLLATE "C", invoice_number text COLLATE "C",
    amount numeric, external_id text COLLATE "C", source_version text, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_shipment (
    file integer, line integer, fingerprint bytea, account_number text COLLATE "C", number text COLLATE "C",
    shipped_on date, order_number text COLLATE "C", expected_on date, delivered_on date, status text, carrier text,
    tracking text, external_id text COLLATE "C", source_version text, given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_stock (
    file integer, line integer, fingerprint bytea, account_number text COLLATE "C", item text COLLATE "C",
    quantity numeric, counted_on date, description text, unit text, external_id text COLLATE "C", source_version text,
    given text[]
) PARTITION BY LIST (file);
CREATE TEMPORARY TABLE stage_reminder (
    file integer, line integer, fingerprint bytea, invoice_number text COLLATE "C", reminded_on date, level bigint, method text,
    external_id text COLLATE "C", source_version text, given text[]
) PARTITION BY LIST (file);

-- What each line of the file at hand comes to. `action`: new, changed, unchanged, repeated, stale, skipped, invalid.
CREATE TEMPORARY TABLE resolved_document (
    line integer, action text, problem_column text, problem_value text, problem text,
    document_id bigint, customer_id bigint, account_number text COLLATE "C", account_name text,
    kind text COLLATE "C", class text COLLATE "C", ages boolean, number text COLLATE "C",
    issue_date date, due_date date, currency text COLLATE "C", amount bigint, state text, void_on date,
    settled_amount bigint, settled_on date, disputed boolean, dispute_reason text,
    discount_amount bigint, discount_date date, order_number text, external_id text COLLATE "C",
    source_version text, reason text, applied_to text COLLATE "C", method text, closed_date date, given text[]
);
CREATE TEMPORARY TABLE resolved_account (
    line integer, action text, problem_column text, problem_value text, problem text,
    customer_id bigint, account_number text COLLATE "C", name text, account_type text, active boolean,
    currency text COLLATE "C", credit_limit bigint, net_terms_days integer, contact_name text,
    contact_email text, parent_number text, owner_id bigint, external_id text COLLATE "C",
    source_version text
);
CREATE TEMPORARY TABLE resolved_allocation (
    line integer, action text, problem_column text, problem_value text, problem text,
    allocation_id bigint, source_id bigint, charge_id bigint, customer_id bigint, payer_id bigint,
    currency text COLLATE "C", amount bigint, dated_on date, external_id text COLLATE "C",
    source_version text, transfer text,
    replaces bigint  -- what its source knew by the same id between two others
);
CREATE TEMPORARY TABLE resolved_line (
    line integer, action text, problem_column text, problem_value text, problem text,
    document_id bigint, customer_id bigint, line_number text COLLATE "C", description text,
    amount bigint, quantity numeric, unit_price numeric, status text, source_reference text, source_version text, external_id text COLLATE "C"
);
CREATE TEMPORARY TABLE resolved_link (
    line integer, action text, problem_column text, problem_value text, problem text,
    order_id bigint, invoice_id bigint, customer_id bigint, amount bigint, source_version text, external_id text COLLATE "C"
);
CREATE TEMPORARY TABLE resolved_shipment (
    line integer, action text, problem_column text, problem_value text, problem text,
    number text COLLATE "C", customer_id bigint, order_number text COLLATE "C", shipped_on date, expected_on date, state text COLLATE "C",
    delivered_on date, carrier text, tracking text, external_id text COLLATE "C", source_version text
);
CREATE TEMPORARY TABLE resolved_stock (
    line integer, action text, problem_column text, problem_value text, problem text,
    customer_id bigint, item text COLLATE "C", counted_on date, quantity numeric, description text, unit text,
    external_id text COLLATE "C", source_version text
);
CREATE TEMPORARY TABLE resolved_reminder (
    line integer, action text, problem_column text, problem_value text, problem text,
    document_id bigint, customer_id bigint, reminded_on date, level bigint, method text, external_id text COLLATE "C", source_version text
);

-- Rows that say of something that it is gone, by its external id or by its numbers; and what they come to.
CREATE TEMPORARY TABLE stage_deletion (
    line integer, external_id text COLLATE "C", kind text COLLATE "C", number text COLLATE "C", other text COLLATE "C",
    dated_on date, source_version text COLLATE "C"
);
CREATE TEMPORARY TABLE resolved_deletion (
    line integer, action text, problem_column text, problem_value text, problem text, id bigint, other text COLLATE "C",
    customer_id bigint, source_version text COLLATE "C", stored_version text COLLATE "C", gone boolean, names text,
    keys text[]  -- what it is remembered by
);
CREATE TEMPORARY TABLE row_key (line integer, key text COLLATE "C");  -- by what new rows may be remembered as gone

-- What documents of the batch are expected to have applied to them, or from them.
CREATE TEMPORARY TABLE foreseen (number text COLLATE "C", is_charge boolean, amount numeric, first_on date, last_on date);

-- Of a snapshot: what its files name, whether they say it well or not. Of what cannot be read only the number.
CREATE TEMPORARY TABLE listed (kind text COLLATE "C", number text COLLATE "C", external_id text COLLATE "C");
CREATE TEMPORARY TABLE missing (document_id bigint, customer_id bigint, currency text COLLATE "C", amount bigint, open_amount bigint);
GRANT ALL ON stage_document, stage_account, stage_allocation, stage_line, stage_link, stage_shipment, stage_stock,
    stage_reminder, resolved_reminder, resolved_shipment, resolved_stock, resolved_document,
    resolved_account, resolved_allocation, resolved_line, resolved_link, stage_deletion, resolved_deletion, row_key,
    foreseen, listed, missing TO duebook_admin, duebook_service;

-- Whether a version of a source is older than another: whole numbers by their worth, anything else as text.
CREATE FUNCTION pg_temp.is_older(told text, stored text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN told ~ '^[0-9]+$' AND stored ~ '^[0-9]+$'
                THEN (length(ltrim(told, '0')), ltrim(told, '0') COLLATE "C") < (length(ltrim(stored, '0')), ltrim(stored, '0') COLLATE "C")
                ELSE told COLLATE "C" < stored COLLATE "C" END
$$;
-- By source_version, else by the date that came with the file: an older word does not overwrite.
CREATE FUNCTION pg_temp.is_stale(told text, stored text, told_at date, stored_at date) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN told IS NOT NULL AND stored IS NOT NULL THEN pg_temp.is_older(told, stored)
                ELSE COALESCE(told_at < stored_at, false) END
$$;
-- What was deleted comes back by a newer version alone, where both have one.
CREATE FUNCTION pg_temp.is_buried(told text, deleted text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT COALESCE(told = deleted OR pg_temp.is_older(told, deleted), false)
$$;
