-- Where a batch waits between check and commit: private to this connection, gone with it.
-- One shape serves invoices, adjustments, payments and orders.
CREATE TEMPORARY TABLE stage_document (
    line integer, fingerprint bytea, account_number text COLLATE "C", number text COLLATE "C",
    issue_date date, amount numeric, kind text, due_date date, currency text COLLATE "C",
    outstanding_amount numeric, settled_date date, status text, disputed boolean, dispute_reason text,
    discount_amount numeric, discount_date date, order_number text, account_name text,
    external_id text COLLATE "C", source_version text, reason text, applied_to text COLLATE "C",
    method text, closed_date date
);
CREATE TEMPORARY TABLE stage_account (
    line integer, fingerprint bytea, account_number text COLLATE "C", name text, account_type text,
    status text, currency text COLLATE "C", credit_limit numeric, net_terms_days integer, contact_name text,
    contact_email text, parent_number text, owner_email text, external_id text COLLATE "C",
    source_version text
);
CREATE TEMPORARY TABLE stage_allocation (
    line integer, fingerprint bytea, source_number text COLLATE "C", invoice_number text COLLATE "C",
    amount numeric, dated_on date, source_kind text, account_number text COLLATE "C",
    external_id text COLLATE "C", source_version text
);
CREATE TEMPORARY TABLE stage_line (
    line integer, fingerprint bytea, invoice_number text COLLATE "C", line_number text COLLATE "C",
    description text, amount numeric, quantity numeric, unit_price numeric, status text,
    source_reference text, external_id text, source_version text
);
CREATE TEMPORARY TABLE stage_link (
    line integer, fingerprint bytea, order_number text COLLATE "C", invoice_number text COLLATE "C",
    amount numeric, external_id text, source_version text
);

-- What each line comes to. `action`: new, changed, unchanged, repeated, stale, skipped, invalid.
CREATE TEMPORARY TABLE resolved_document (
    line integer, action text, problem_column text, problem_value text, problem text,
    document_id bigint, customer_id bigint, account_number text COLLATE "C", account_name text,
    kind text COLLATE "C", class text COLLATE "C", ages boolean, number text COLLATE "C",
    issue_date date, due_date date, currency text COLLATE "C", amount bigint, state text, void_on date,
    settled_amount bigint, settled_on date, disputed boolean, dispute_reason text,
    discount_amount bigint, discount_date date, order_number text, external_id text COLLATE "C",
    source_version text, reason text, applied_to text COLLATE "C", method text, closed_date date
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
    source_version text, transfer text
);
CREATE TEMPORARY TABLE resolved_line (
    line integer, action text, problem_column text, problem_value text, problem text,
    document_id bigint, customer_id bigint, line_number text COLLATE "C", description text,
    amount bigint, quantity numeric, unit_price numeric, status text, source_reference text
);
CREATE TEMPORARY TABLE resolved_link (
    line integer, action text, problem_column text, problem_value text, problem text,
    order_id bigint, invoice_id bigint, customer_id bigint, amount bigint
);
GRANT ALL ON stage_document, stage_account, stage_allocation, stage_line, stage_link, resolved_document,
    resolved_account, resolved_allocation, resolved_line, resolved_link TO duebook_admin, duebook_service;
