-- One row per line of an invoice_lines file. Line amounts keep their sign: a returned line is negative.
INSERT INTO pg_temp.resolved_line
WITH ranked AS (
    SELECT s.*, first_value(line) OVER same AS first_line, first_value(fingerprint) OVER same AS first_fingerprint
    FROM pg_temp.stage_line s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY invoice_number, line_number ORDER BY line)
), document AS (
    SELECT r.line, count(*) AS matches, min(d.id) AS id, string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind) AS names
    FROM ranked r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(invoice_kinds)s) AND d.number = r.invoice_number
                      AND d.settles_id IS NULL
    GROUP BY r.line
), found AS (
    SELECT r.*, m.matches, m.names, d.id AS document_id, d.customer_id, d.currency, y.exponent,
           r.amount * y.units AS minor, NOT 'status' = ANY (r.given) AS lacks_status, NOT 'source_reference' = ANY (r.given) AS lacks_reference,
           NOT 'quantity' = ANY (r.given) AS lacks_quantity, NOT 'unit_price' = ANY (r.given) AS lacks_price
    FROM ranked r
    LEFT JOIN document m ON m.line = r.line
    LEFT JOIN ar.document d ON d.org_id = %(org)s AND d.id = m.id
    LEFT JOIN ar.currency y ON y.code = d.currency
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['line_number', line_number, 'Same invoice and number as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN matches IS NULL THEN ARRAY['invoice_number', invoice_number, 'No invoice of this number is loaded: load it first, or correct the number.']
        WHEN matches > 1 THEN ARRAY['invoice_number', invoice_number, 'Several documents have this number (' || names || '): give them different numbers, by a prefix in the mapping.']
        WHEN NOT %(round)s AND minor <> trunc(minor) OR abs(minor) > 9e17 THEN ARRAY['amount', amount::text, 'More decimals than ' || currency || ' has: write ' || exponent || ' at most, or set round = "half_up" in the mapping.']
    END AS wrong
    FROM found f
)
SELECT j.line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN j.line <> first_line THEN 'repeated' WHEN l.document_id IS NULL THEN 'new'
            WHEN pg_temp.is_stale(j.source_version, l.source_version, %(as_at_given)s, u.as_at) THEN 'stale'
            WHEN (l.description, l.amount) = (j.description, round(minor))
                 AND (j.lacks_status OR l.status = COALESCE(j.status, ''))
                 AND (j.lacks_reference OR l.source_reference = COALESCE(j.source_reference, ''))
                 AND (j.lacks_quantity OR l.quantity IS NOT DISTINCT FROM j.quantity)
                 AND (j.lacks_price OR l.unit_price IS NOT DISTINCT FROM j.unit_price)
                 AND (j.external_id IS NULL OR j.external_id IS NOT DISTINCT FROM l.external_id)
                 AND (j.source_version IS NULL OR j.source_version IS NOT DISTINCT FROM l.source_version) THEN 'unchanged'
            ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], j.document_id, j.customer_id, j.line_number, j.description,
       round(minor)::bigint, CASE WHEN lacks_quantity THEN l.quantity ELSE j.quantity END,
       CASE WHEN lacks_price THEN l.unit_price ELSE j.unit_price END,
       COALESCE(CASE WHEN lacks_status THEN l.status ELSE j.status END, ''),
       COALESCE(CASE WHEN lacks_reference THEN l.source_reference ELSE j.source_reference END, ''),
       COALESCE(j.source_version, l.source_version), COALESCE(j.external_id, l.external_id)
FROM judged j
LEFT JOIN ar.document_line l ON l.org_id = %(org)s AND l.document_id = j.document_id AND l.line_number = j.line_number
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = l.run_id
