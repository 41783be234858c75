-- One row per line of a reminders file: one reminder of an invoice on a day.
INSERT INTO pg_temp.resolved_reminder
WITH ranked AS (
    SELECT s.*, COALESCE(s.given, %(fields)s) AS stated, first_value(line) OVER same AS first_line,
           first_value(fingerprint) OVER same AS first_fingerprint
    FROM pg_temp.stage_reminder s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY invoice_number, reminded_on ORDER BY line)
), document AS (
    SELECT r.line, count(*) AS matches, min(d.id) AS id, string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind) AS names
    FROM ranked r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(charge_kinds)s) AND d.number = r.invoice_number
                      AND d.settles_id IS NULL
    GROUP BY r.line
), found AS (
    SELECT r.line, r.fingerprint, r.first_line, r.first_fingerprint, r.invoice_number, r.reminded_on, m.matches, m.names,
           d.id AS document_id, d.customer_id,
           CASE WHEN 'level' = ANY (stated) THEN r.level ELSE k.level END AS level,
           CASE WHEN 'method' = ANY (stated) THEN COALESCE(r.method, '') ELSE COALESCE(k.method, '') END AS method,
           COALESCE(r.external_id, k.external_id) AS external_id, COALESCE(r.source_version, k.source_version) AS source_version,
           k AS known, pg_temp.is_stale(r.source_version, k.source_version, %(as_at_given)s, u.as_at) AS stale
    FROM ranked r
    LEFT JOIN document m ON m.line = r.line
    LEFT JOIN ar.document d ON d.org_id = %(org)s AND d.id = m.id
    LEFT JOIN ar.reminder k ON k.org_id = %(org)s AND k.document_id = d.id AND k.reminded_on = r.reminded_on
    LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = k.run_id
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['invoice_number', invoice_number, 'Same invoice and date as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN matches IS NULL THEN ARRAY['invoice_number', invoice_number, 'No invoice of this number is loaded: load it first, or correct the number.']
        WHEN matches > 1 THEN ARRAY['invoice_number', invoice_number, 'Several documents have this number (' || names || '): give them different numbers, by a prefix in the mapping.']
    END AS wrong
    FROM found f
)
SELECT line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN line <> first_line THEN 'repeated' WHEN (known).document_id IS NULL THEN 'new'
            WHEN stale THEN 'stale'
            WHEN ((known).level, (known).method, (known).external_id, (known).source_version)
                 IS NOT DISTINCT FROM (level, method, external_id, source_version) THEN 'unchanged' ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], document_id, customer_id, reminded_on, level, method, external_id, source_version
FROM judged
