-- New documents, in the order in which an account is read. What is derived of them is a guess at what will be
-- applied to them (ingest/foresee.sql) or is reported as settled: when it is right, and it mostly is, they are
-- written once. The rows are the accounts of those that something was guessed of: they are worked out in any case.
WITH told AS (
    SELECT r.*, c.id AS owner_id, COALESCE(round(LEAST(f.amount * y.units, 9e17))::bigint, 0) AS explicit, f.first_on, f.last_on,
           CASE WHEN r.class = 'charge' AND r.state = 'sent' THEN COALESCE(r.settled_amount, 0) ELSE 0 END AS settled,
           GREATEST(COALESCE(r.settled_on, %(as_at)s), r.issue_date) AS settles_on
    FROM pg_temp.resolved_document r
    JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    JOIN ar.currency y ON y.code = r.currency
    LEFT JOIN pg_temp.foreseen f ON f.number = r.number AND f.is_charge = (r.class = 'charge') AND r.class <> 'order' AND r.state = 'sent'
    WHERE r.action = 'new'
), guessed AS (
    SELECT t.*, GREATEST(explicit, settled) BETWEEN 1 AND amount AS is_guessed, GREATEST(explicit, settled) AS gone,
           LEAST(first_on, CASE WHEN settled > explicit THEN settles_on END) AS first_day,
           GREATEST(last_on, CASE WHEN settled > explicit THEN settles_on END) AS last_day
    FROM told t
), posted AS (
    INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount, state,
        void_on, intake, external_id, source_version, account_name, reason, method, order_number, discount_amount,
        discount_date, closed_date, run_id, open_amount, closed_on, first_allocated_on, last_changed_on)
    SELECT %(org)s, owner_id, kind, class, ages, number, issue_date, due_date, currency, amount, state,
        void_on, %(intake)s, external_id, source_version, account_name, reason, method, order_number,
        discount_amount, discount_date, closed_date, %(run)s,
        CASE WHEN state <> 'sent' THEN 0 WHEN is_guessed THEN amount - gone ELSE amount END,
        CASE WHEN state <> 'sent' THEN '-infinity' WHEN is_guessed AND gone = amount THEN last_day ELSE 'infinity'::date END,
        CASE WHEN is_guessed THEN first_day ELSE 'infinity' END,
        CASE WHEN is_guessed THEN last_day ELSE '-infinity' END
    FROM guessed
    ORDER BY owner_id, issue_date, line
    RETURNING customer_id, first_allocated_on
)
SELECT DISTINCT customer_id FROM posted WHERE first_allocated_on < 'infinity'
