-- One row per line of an accounts file.
INSERT INTO pg_temp.resolved_account
WITH ranked AS (
    SELECT s.*, first_value(line) OVER same AS first_line, first_value(fingerprint) OVER same AS first_fingerprint,
           CASE WHEN external_id IS NOT NULL THEN min(line) OVER (PARTITION BY external_id) END AS twin_line
    FROM pg_temp.stage_account s
    WHERE file = %(file)s
    WINDOW same AS (PARTITION BY account_number ORDER BY line)
), found AS (
    SELECT r.*, CASE WHEN x.id IS NULL THEN c.id ELSE x.id END AS customer_id, y.exponent, abs(r.credit_limit) * y.units AS minor,
           p.id AS owner_id, x.id <> c.id OR x.id IS NULL AND c.external_id <> r.external_id AS taken
    FROM ranked r
    CROSS JOIN ar.org o
    LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    LEFT JOIN ar.customer x ON x.org_id = %(org)s AND x.external_id = r.external_id
    LEFT JOIN ar.currency y ON y.code = COALESCE(r.currency, c.currency, o.currency)
    LEFT JOIN ar.person p ON p.org_id = %(org)s AND lower(p.email) = lower(r.owner_email)
    WHERE o.org_id = %(org)s
), known AS (
    SELECT f.*, CASE WHEN customer_id IS NOT NULL THEN min(line) OVER (PARTITION BY customer_id) END AS known_line FROM found f
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['account_number', account_number, 'Same account as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN line = first_line AND twin_line < line
            THEN ARRAY['external_id', external_id, 'Same external_id as line ' || twin_line || ', other number: give each account its own.']
        WHEN line = first_line AND known_line < line
            THEN ARRAY['account_number', account_number, 'Line ' || known_line || ' means the same account by its external_id: keep one of the two lines.']
        WHEN taken THEN ARRAY['account_number', account_number, 'Another account has this number already: give it a number of its own.']
        WHEN credit_limit < 0 THEN ARRAY['credit_limit', credit_limit::text, 'A credit limit is not negative: leave it empty for none.']
        WHEN NOT %(round)s AND minor <> trunc(minor) OR minor > 9e17 THEN ARRAY['credit_limit', credit_limit::text, 'More decimals than the currency has: write ' || exponent || ' at most, or set round = "half_up" in the mapping.']
        WHEN net_terms_days NOT BETWEEN 0 AND 3650 THEN ARRAY['net_terms_days', net_terms_days::text, 'Net terms are 0 to 3650 days.']
        WHEN owner_email IS NOT NULL AND owner_id IS NULL THEN ARRAY['owner_email', owner_email, 'Nobody here has this e-mail: add the person first, or leave the owner empty.']
    END AS wrong
    FROM known f
)
SELECT j.line,
       CASE WHEN wrong IS NOT NULL THEN 'invalid' WHEN j.line <> first_line THEN 'repeated'
            WHEN j.customer_id IS NULL THEN 'new'
            WHEN pg_temp.is_stale(j.source_version, c.source_version, %(as_at_given)s, u.as_at)
                 OR c.deleted_at IS NOT NULL AND pg_temp.is_buried(j.source_version, c.source_version) THEN 'stale'
            WHEN c.deleted_at IS NULL AND (j.account_number, j.name) = (c.account_number, c.name) AND c.name_origin = 'account'
                 AND COALESCE(j.account_type, c.account_type) = c.account_type
                 AND COALESCE(j.status = 'active', c.active) = c.active
                 AND COALESCE(j.currency, c.currency) IS NOT DISTINCT FROM c.currency
                 AND (NOT 'credit_limit' = ANY (COALESCE(j.given, %(fields)s)) OR round(minor) IS NOT DISTINCT FROM i.credit_limit)
                 AND (NOT 'net_terms_days' = ANY (COALESCE(j.given, %(fields)s)) OR j.net_terms_days IS NOT DISTINCT FROM c.net_terms_days)
                 AND (NOT 'contact_name' = ANY (COALESCE(j.given, %(fields)s)) OR COALESCE(j.contact_name, '') = c.contact_name)
                 AND (NOT 'contact_email' = ANY (COALESCE(j.given, %(fields)s)) OR COALESCE(j.contact_email, '') = c.contact_email)
                 AND (NOT 'parent_account_number' = ANY (COALESCE(j.given, %(fields)s)) OR COALESCE(j.parent_number, '') = c.parent_number)
                 AND (NOT 'owner_email' = ANY (COALESCE(j.given, %(fields)s)) OR j.owner_id IS NOT DISTINCT FROM i.owner_id)
                 AND (j.external_id IS NULL OR j.external_id = c.external_id)
                 AND (j.source_version IS NULL OR j.source_version = c.source_version) THEN 'unchanged'
            ELSE 'changed' END,
       wrong[1], wrong[2], wrong[3], j.customer_id, j.account_number, j.name,
       COALESCE(j.account_type, c.account_type, 'Credit'), COALESCE(j.status = 'active', c.active OR c.deleted_at IS NOT NULL, true),
       COALESCE(j.currency, c.currency),
       CASE WHEN 'credit_limit' = ANY (COALESCE(j.given, %(fields)s)) THEN round(minor)::bigint ELSE i.credit_limit END,
       CASE WHEN 'net_terms_days' = ANY (COALESCE(j.given, %(fields)s)) THEN j.net_terms_days ELSE c.net_terms_days END,
       COALESCE(j.contact_name, CASE WHEN 'contact_name' = ANY (COALESCE(j.given, %(fields)s)) THEN '' ELSE c.contact_name END, ''),
       COALESCE(j.contact_email, CASE WHEN 'contact_email' = ANY (COALESCE(j.given, %(fields)s)) THEN '' ELSE c.contact_email END, ''),
       COALESCE(j.parent_number, CASE WHEN 'parent_account_number' = ANY (COALESCE(j.given, %(fields)s)) THEN '' ELSE c.parent_number END, ''),
       CASE WHEN 'owner_email' = ANY (COALESCE(j.given, %(fields)s)) THEN j.owner_id ELSE i.owner_id END,
       COALESCE(j.external_id, c.external_id), COALESCE(j.source_version, c.source_version)
FROM judged j
LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.id = j.customer_id
LEFT JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = j.customer_id
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = c.run_id AND u.kind = 'accounts'  -- not the run of its first invoice
