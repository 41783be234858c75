-- One row per line of an inventory file: how much of an item there was for an account on a day.
INSERT INTO pg_temp.resolved_stock
WITH ranked AS (
    SELECT s.*, COALESCE(s.given, %(fields)s) AS stated, first_value(line) OVER same AS first_line,
           first_value(fingerprint) OVER same AS first_fingerprint
    FROM pg_temp.stage_stock s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY account_number, item, counted_on ORDER BY line)
), found AS (
    SELECT r.line, r.fingerprint, r.first_line, r.first_fingerprint, r.account_number, c.id AS customer_id, r.item, r.counted_on, r.quantity,
           CASE WHEN 'description' = ANY (stated) THEN COALESCE(r.description, '') ELSE COALESCE(k.description, '') END AS description,
           CASE WHEN 'unit' = ANY (stated) THEN COALESCE(r.unit, '') ELSE COALESCE(k.unit, '') END AS unit,
           COALESCE(r.external_id, k.external_id) AS external_id, COALESCE(r.source_version, k.source_version) AS source_version,
           k AS known, pg_temp.is_stale(r.source_version, k.source_version, %(as_at_given)s, u.as_at) AS stale
    FROM ranked r
    LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    LEFT JOIN ar.stock k ON k.org_id = %(org)s AND k.customer_id = c.id AND k.item = r.item AND k.counted_on = r.counted_on
    LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = k.run_id
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['item', item, 'Same account, item and date as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN customer_id IS NULL THEN ARRAY['account_number', account_number, 'No account of this number is loaded: load it first, or correct the number.']
    END AS wrong
    FROM found f
)
SELECT line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN line <> first_line THEN 'repeated' WHEN (known).item IS NULL THEN 'new'
            WHEN stale THEN 'stale'
            WHEN ((known).quantity, (known).description, (known).unit, (known).external_id, (known).source_version)
                 IS NOT DISTINCT FROM (quantity, description, unit, external_id, source_version) THEN 'unchanged' ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], customer_id, item, counted_on, quantity, description, unit, external_id, source_version
FROM judged
