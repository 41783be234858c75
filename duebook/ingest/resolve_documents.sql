-- One row per line of a file of invoices, adjustments, payments or orders: what it comes to.
-- Signs by SPEC section 2: credits are stored positive, a negative invoice is a credit.
INSERT INTO pg_temp.resolved_document
WITH setting AS (
    SELECT * FROM ar.org WHERE org_id = %(org)s
), spoken AS NOT MATERIALIZED (  -- sign and kind as stored
    SELECT s.*,
           CASE %(intake)s
               WHEN 'invoices' THEN CASE WHEN s.amount < 0 THEN 'credit_invoice' ELSE COALESCE(s.kind, 'invoice') END
               WHEN 'adjustments' THEN CASE WHEN s.kind = 'debit' AND s.amount > 0 THEN 'debit_adjustment' ELSE 'credit_adjustment' END
               WHEN 'payments' THEN COALESCE(s.kind, 'receipt')
               ELSE COALESCE(s.kind, 'detail_orders')
           END AS stored_kind,
           %(intake)s = 'payments' AND s.amount < 0 AS returns
    FROM pg_temp.stage_document s
    WHERE s.file = %(file)s
), first AS (  -- repeated whole: once; the same key with other content: the later one is refused
    SELECT s.stored_kind, s.number, s.returns, s.line, s.fingerprint
    FROM spoken s JOIN (SELECT min(line) AS line FROM spoken GROUP BY stored_kind, number, returns HAVING count(*) > 1) AS f USING (line)
), twin AS (
    SELECT external_id, min(line) AS line FROM spoken WHERE external_id IS NOT NULL AND NOT returns
    GROUP BY external_id HAVING count(*) > 1
), astray AS (  -- returns of a payment that is another account's in this very file
    SELECT DISTINCT s.line
    FROM spoken s JOIN spoken p ON p.stored_kind = s.stored_kind AND p.number = s.number
    WHERE s.returns AND NOT p.returns AND p.amount <> 0 AND p.account_number <> s.account_number
), ranked AS (
    SELECT s.*, COALESCE(f.line, s.line) AS first_line, COALESCE(f.fingerprint, s.fingerprint) AS first_fingerprint, t.line AS twin_line,
           y.line IS NOT NULL AS astray
    FROM spoken s
    LEFT JOIN first f ON f.stored_kind = s.stored_kind AND f.number = s.number AND f.returns = s.returns
    LEFT JOIN twin t ON t.external_id = s.external_id AND NOT s.returns
    LEFT JOIN astray y ON y.line = s.line
), known AS (
    SELECT r.*, k.class, k.ages, c.id AS known_customer_id, c.net_terms_days,
           CASE WHEN x.id IS NULL THEN d.id ELSE x.id END AS document_id,  -- not COALESCE: under policies no index is used for it
           d.id IS NOT NULL AND x.id IS NOT NULL AND d.id <> x.id AS number_taken,
           x.id IS NULL AND d.external_id <> r.external_id AND NOT r.returns AS other_external_id,
           COALESCE(r.currency, d.currency, c.currency, o.currency) AS stored_currency,
           COALESCE(x.customer_id, d.customer_id) AS document_customer_id, x.id IS NOT NULL AS by_external_id,
           o.net_terms_days AS org_terms_days
    FROM ranked r
    CROSS JOIN setting o
    JOIN ar.document_kind k ON k.org_id = %(org)s AND k.code = r.stored_kind
    LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    LEFT JOIN ar.document d ON d.org_id = %(org)s AND d.kind = r.stored_kind AND d.number = r.number
                           AND d.settles_id IS NULL
    LEFT JOIN ar.document x ON x.org_id = %(org)s AND x.intake = %(intake)s AND x.external_id = r.external_id
), money AS (
    SELECT n.*, y.exponent,
           abs(n.amount) * y.units AS minor,
           abs(n.outstanding_amount) * y.units AS open_minor,
           abs(n.discount_amount) * y.units AS discount_minor
    FROM known n LEFT JOIN ar.currency y ON y.code = n.stored_currency
), judged AS (
    SELECT m.*, CASE WHEN o.deleted_at IS NULL THEN o.state END AS old_state, o.deleted_at IS NOT NULL AS deleted, o.void_on AS old_void_on, o.source_version AS old_version, o.due_date AS old_due_date,
           o.closed_date AS old_closed_date, u.as_at AS old_as_at,
           CASE
               WHEN m.line <> m.first_line AND m.fingerprint <> m.first_fingerprint THEN 'number'
               WHEN m.line = m.first_line AND m.twin_line < m.line THEN 'external_id'
               WHEN m.exponent IS NULL THEN 'currency'
               WHEN %(intake)s = 'orders' AND m.amount < 0 THEN 'amount'
               WHEN NOT %(round)s AND m.minor <> trunc(m.minor) OR m.minor > 9e17 THEN 'amount'
               WHEN NOT %(round)s AND m.open_minor <> trunc(m.open_minor) THEN 'outstanding_amount'
               WHEN NOT %(round)s AND m.discount_minor <> trunc(m.discount_minor) THEN 'discount_amount'
               WHEN m.number_taken OR m.other_external_id THEN 'number'
               WHEN m.astray OR m.document_id IS NOT NULL AND NOT m.by_external_id
                    AND m.document_customer_id IS DISTINCT FROM m.known_customer_id THEN 'account_number'
               WHEN COALESCE(m.by_external_id AND m.document_customer_id IS DISTINCT FROM m.known_customer_id
                     OR o.currency <> m.stored_currency OR o.class <> m.class, false) AND EXISTS (
                    SELECT FROM ar.allocation a WHERE a.org_id = %(org)s AND a.origin IN ('stated', 'transfer')
                    AND (a.source_id = o.id OR a.charge_id = o.id)) THEN 'allocated'
           END AS wrong
    FROM money m
    LEFT JOIN ar.document o ON o.org_id = %(org)s AND o.id = m.document_id
    LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = o.run_id
    OFFSET 0  -- a fence: without it each verdict is worked out anew wherever it is named
), settled AS (
    SELECT j.*, round(j.minor)::bigint AS stored_amount,
           CASE %(intake)s || ':' || COALESCE(j.status, '')
               WHEN 'invoices:draft' THEN 'draft' WHEN 'invoices:void' THEN 'void' WHEN 'invoices:cancelled' THEN 'cancelled'
               WHEN 'payments:pending' THEN 'draft' WHEN 'payments:frozen' THEN 'draft'
               WHEN 'payments:void' THEN 'void' WHEN 'payments:terminated' THEN 'void' WHEN 'payments:disputed' THEN 'void'
               WHEN 'orders:cancelled' THEN 'cancelled'
               ELSE CASE WHEN j.status IS NULL AND NOT 'status' = ANY (COALESCE(j.given, %(fields)s)) THEN COALESCE(j.old_state, 'sent')
                         WHEN j.old_state = 'void' AND %(intake)s = 'payments' THEN 'void'
                         ELSE 'sent' END
           END AS told_state
    FROM judged j
    OFFSET 0
)
SELECT
    t.line,
    CASE WHEN t.wrong IS NOT NULL THEN 'invalid'
         WHEN t.line <> t.first_line THEN 'repeated'
         WHEN round(t.minor) = 0 THEN 'skipped'
         WHEN t.returns THEN 'return'  -- never stale: it has its own version, not that of the receipt it names
         WHEN pg_temp.is_stale(t.source_version, t.old_version, %(as_at_given)s, t.old_as_at)
              OR t.deleted AND pg_temp.is_buried(t.source_version, t.old_version) THEN 'stale'
         WHEN t.document_id IS NULL THEN 'new' ELSE 'changed' END,
    CASE t.wrong WHEN 'number' THEN %(number_column)s::text WHEN 'allocated' THEN 'account_number' ELSE t.wrong END,
    CASE t.wrong WHEN 'number' THEN t.number WHEN 'currency' THEN t.stored_currency WHEN 'external_id' THEN t.external_id
                 WHEN 'amount' THEN t.amount::text WHEN 'outstanding_amount' THEN t.outstanding_amount::text
                 WHEN 'discount_amount' THEN t.discount_amount::text ELSE t.account_number END,
    CASE WHEN t.wrong = 'number' AND t.line <> t.first_line THEN 'Same number as line ' || t.first_line || ', other content: keep one of the two lines.'
         WHEN t.wrong = 'number' THEN 'Another document has this number already: give it a number of its own, or a prefix in the mapping.'
         WHEN t.wrong = 'external_id' THEN 'Same external_id as line ' || t.twin_line || ', other number: give each document its own.'
         WHEN t.wrong = 'currency' THEN 'Unknown currency: use a code of ISO 4217 such as USD.'
         WHEN t.wrong = 'account_number' THEN 'This number belongs to another account already: numbers are used once, so give a prefix in the mapping.'
         WHEN t.wrong = 'allocated' THEN 'Money is applied to this document, so its account, currency and class stay: void it and send it anew.'
         WHEN t.minor > 9e17 THEN 'This amount is too large to be one.'
         WHEN t.wrong = 'amount' AND t.amount < 0 AND %(intake)s = 'orders' THEN 'An order is worth more than zero: give a positive amount.'
         WHEN t.wrong IS NOT NULL THEN 'More decimals than ' || t.stored_currency || ' has: write ' || t.exponent || ' at most, or set round = "half_up" in the mapping.' END,
    t.document_id, COALESCE(CASE WHEN t.by_external_id THEN t.known_customer_id END, t.document_customer_id, t.known_customer_id), t.account_number, t.account_name,
    t.stored_kind, t.class, t.ages, t.number, t.issue_date,
    CASE WHEN t.class IN ('charge', 'order') OR t.due_date IS NOT NULL
         THEN COALESCE(t.due_date, t.old_due_date, CASE WHEN t.class = 'charge' THEN t.issue_date + COALESCE(t.net_terms_days, t.org_terms_days) END) END,
    t.stored_currency, t.stored_amount,
    -- first loaded as void: counted on no date; later void: counted until the day before
    CASE WHEN t.told_state = 'cancelled' AND t.old_state IN ('sent', 'void') AND t.class <> 'order' THEN 'void' ELSE t.told_state END,
    CASE WHEN t.told_state IN ('void', 'cancelled') AND t.old_state = 'sent' AND t.class <> 'order' THEN GREATEST(%(as_at)s::date, t.issue_date)
         WHEN t.told_state IN ('void', 'cancelled') AND t.old_void_on IS NOT NULL THEN GREATEST(t.old_void_on, t.issue_date) END,
    CASE WHEN t.class NOT IN ('charge', 'credit') OR t.told_state <> 'sent' THEN NULL
         WHEN t.outstanding_amount IS NOT NULL THEN GREATEST(t.stored_amount - round(t.open_minor)::bigint, 0)
         WHEN t.settled_date IS NOT NULL OR t.status = 'paid' THEN t.stored_amount
         WHEN 'settled_date' = ANY (COALESCE(t.given, %(fields)s)) THEN 0
         -- open again, although the last word was that it is paid; a snapshot says so by naming it
         WHEN (t.status IN ('sent', 'partially_paid') OR %(is_snapshot)s AND t.status IS NULL) AND NOT 'outstanding_amount' = ANY (COALESCE(t.given, %(fields)s)) AND t.document_id IN (
              SELECT d.id FROM ar.document d JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = d.id
              WHERE d.org_id = %(org)s GROUP BY d.id, d.amount HAVING (array_agg(s.settled_amount ORDER BY s.stated_on DESC))[1] >= d.amount) THEN 0 END,
    t.settled_date,
    CASE WHEN 'disputed' = ANY (COALESCE(t.given, %(fields)s)) THEN COALESCE(t.disputed, false) END, t.dispute_reason,
    round(t.discount_minor)::bigint, t.discount_date, t.order_number, t.external_id, t.source_version, t.reason,
    t.applied_to, t.method, COALESCE(t.closed_date, CASE WHEN %(intake)s = 'orders' AND t.status = 'closed' THEN COALESCE(t.old_closed_date, %(as_at)s::date) END),
    t.given
FROM settled t
