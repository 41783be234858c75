-- One row per line of an order_links file.
INSERT INTO pg_temp.resolved_link
WITH ranked AS (
    SELECT s.*, first_value(line) OVER same AS first_line, first_value(fingerprint) OVER same AS first_fingerprint
    FROM pg_temp.stage_link s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY order_number, invoice_number ORDER BY line)
), candidate AS (
    SELECT r.line, d.class, count(*) AS matches, min(d.id) AS id, string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind) AS names
    FROM ranked r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(order_kinds)s) AND d.number = r.order_number
                      AND d.settles_id IS NULL
    GROUP BY r.line, d.class
    UNION ALL
    SELECT r.line, d.class, count(*), min(d.id), string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind)
    FROM ranked r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(aging_kinds)s) AND d.number = r.invoice_number
                      AND d.settles_id IS NULL
    GROUP BY r.line, d.class
), found AS (
    SELECT r.*, o.matches AS orders, o.names AS order_names, i.matches AS invoices, i.names AS invoice_names,
           od.id AS order_id, inv.id AS invoice_id, od.customer_id, od.currency, inv.currency AS invoice_currency,
           od.customer_id <> inv.customer_id AS apart, y.exponent, abs(r.amount) * y.units AS minor
    FROM ranked r
    LEFT JOIN candidate o ON o.line = r.line AND o.class = 'order'
    LEFT JOIN candidate i ON i.line = r.line AND i.class = 'charge'
    LEFT JOIN ar.document od ON od.org_id = %(org)s AND od.id = o.id
    LEFT JOIN ar.document inv ON inv.org_id = %(org)s AND inv.id = i.id
    LEFT JOIN ar.currency y ON y.code = od.currency
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['order_number', order_number, 'Same order and invoice as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN orders IS NULL THEN ARRAY['order_number', order_number, 'No order of this number is loaded: load it first, or correct the number.']
        WHEN orders > 1 THEN ARRAY['order_number', order_number, 'Several orders have this number (' || order_names || '): give them different numbers, by a prefix in the mapping.']
        WHEN invoices IS NULL THEN ARRAY['invoice_number', invoice_number, 'No invoice of this number is loaded: load it first, or correct the number.']
        WHEN invoices > 1 THEN ARRAY['invoice_number', invoice_number, 'Several documents have this number (' || invoice_names || '): give them different numbers, by a prefix in the mapping.']
        WHEN currency <> invoice_currency THEN ARRAY['invoice_number', invoice_number, 'The order is in ' || currency || ' and the invoice in ' || invoice_currency || ': a link stays within one currency.']
        WHEN apart THEN ARRAY['invoice_number', invoice_number, 'The order and the invoice belong to different accounts: correct one of the numbers.']
        WHEN NOT %(round)s AND minor <> trunc(minor) OR minor > 9e17 THEN ARRAY['amount', amount::text, 'More decimals than ' || currency || ' has: write ' || exponent || ' at most, or set round = "half_up" in the mapping.']
    END AS wrong
    FROM found f
)
SELECT j.line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN j.line <> first_line THEN 'repeated' WHEN l.order_id IS NULL THEN 'new'
            WHEN pg_temp.is_stale(j.source_version, l.source_version, %(as_at_given)s, u.as_at) THEN 'stale'
            WHEN (NOT 'amount' = ANY (j.given) OR l.amount IS NOT DISTINCT FROM round(minor))
                 AND (j.external_id IS NULL OR j.external_id IS NOT DISTINCT FROM l.external_id)
                 AND (j.source_version IS NULL OR j.source_version IS NOT DISTINCT FROM l.source_version) THEN 'unchanged' ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], j.order_id, j.invoice_id, j.customer_id,
       CASE WHEN NOT 'amount' = ANY (j.given) THEN l.amount ELSE round(minor)::bigint END, COALESCE(j.source_version, l.source_version),
       COALESCE(j.external_id, l.external_id)
FROM judged j
LEFT JOIN ar.order_link l ON l.org_id = %(org)s AND l.order_id = j.order_id AND l.invoice_id = j.invoice_id
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = l.run_id
