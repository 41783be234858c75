-- One row per line of an allocations file. A reference that matches several documents is refused
-- with their names. Across accounts it becomes a transfer: `payer_id` then names the source's account.
-- One that is known by its external_id ends when it is told anew as zero.
INSERT INTO pg_temp.resolved_allocation
WITH staged AS NOT MATERIALIZED (  -- what has an id of its own may change its date
    SELECT *, CASE WHEN external_id IS NULL THEN dated_on END AS known_by_day FROM pg_temp.stage_allocation WHERE file = %(file)s
), first AS (
    SELECT s.source_number, s.source_kind, s.invoice_number, s.account_number, s.known_by_day, s.external_id, s.line, s.fingerprint
    FROM staged s
    JOIN (SELECT min(line) AS line FROM staged
          GROUP BY source_number, source_kind, invoice_number, account_number, known_by_day, external_id HAVING count(*) > 1) AS f USING (line)
), source AS (
    SELECT r.line, d.id, d.kind, d.number, d.customer_id, d.currency
    FROM staged r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(source_kinds)s) AND d.number = r.source_number
                      AND d.settles_id IS NULL
    WHERE r.source_kind IS NULL OR r.source_kind = d.kind
       OR r.source_kind = 'payment' AND d.class = 'receipt' OR r.source_kind = 'credit' AND d.class = 'credit'
), charge AS (
    SELECT r.line, d.id, d.kind, d.number, d.customer_id, d.currency
    FROM staged r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = ANY (%(charge_kinds)s) AND d.number = r.invoice_number
                      AND d.settles_id IS NULL
), many_sources AS (  -- mostly none: names are gathered for these alone
    SELECT line, string_agg(kind || ' ' || number, ', ' ORDER BY kind) AS names FROM source
    WHERE line IN (SELECT line FROM source GROUP BY line HAVING count(*) > 1) GROUP BY line
), many_charges AS (
    SELECT line, string_agg(kind || ' ' || number, ', ' ORDER BY kind) AS names FROM charge
    WHERE line IN (SELECT line FROM charge GROUP BY line HAVING count(*) > 1) GROUP BY line
), found AS (
    SELECT r.*, COALESCE(f.line, r.line) AS first_line, COALESCE(f.fingerprint, r.fingerprint) AS first_fingerprint,
           ms.names AS source_names, mc.names AS charge_names, s.id AS source_id, c.id AS charge_id,
           s.customer_id AS source_customer_id, c.customer_id AS charge_customer_id, s.currency AS source_currency, c.currency,
           y.exponent, abs(r.amount) * y.units AS minor, sa.account_number AS source_account, ca.account_number AS charge_account,
           CASE WHEN s.customer_id <> c.customer_id THEN s.number || ' > ' || c.number || ' ' || r.dated_on END AS transfer
    FROM staged r
    LEFT JOIN first f ON (f.source_number, f.invoice_number) = (r.source_number, r.invoice_number)
         AND (f.source_kind, f.account_number, f.known_by_day, f.external_id) IS NOT DISTINCT FROM (r.source_kind, r.account_number, r.known_by_day, r.external_id)
    LEFT JOIN many_sources ms ON ms.line = r.line
    LEFT JOIN many_charges mc ON mc.line = r.line
    LEFT JOIN source s ON s.line = r.line AND s.line NOT IN (SELECT line FROM many_sources)
    LEFT JOIN charge c ON c.line = r.line AND c.line NOT IN (SELECT line FROM many_charges)
    LEFT JOIN ar.currency y ON y.code = c.currency
    LEFT JOIN ar.customer sa ON sa.org_id = %(org)s AND sa.id = s.customer_id
    LEFT JOIN ar.customer ca ON ca.org_id = %(org)s AND ca.id = c.customer_id
), judged AS (
    SELECT f.*, CASE
        WHEN line <> first_line AND fingerprint <> first_fingerprint
            THEN ARRAY['amount', amount::text, 'Same source, invoice and date as line ' || first_line || ', other content: keep one of the two lines.']
        WHEN source_names IS NULL AND source_id IS NULL THEN ARRAY['source_number', source_number, 'No payment or credit of this number is loaded: load it first, or correct the number.']
        WHEN source_names IS NOT NULL THEN ARRAY['source_number', source_number, 'Several documents have this number (' || source_names || '): name one in source_kind.']
        WHEN charge_names IS NULL AND charge_id IS NULL THEN ARRAY['invoice_number', invoice_number, 'No invoice of this number is loaded: load it first, or correct the number.']
        WHEN charge_names IS NOT NULL THEN ARRAY['invoice_number', invoice_number, 'Several documents have this number (' || charge_names || '): give them different numbers, by a prefix in the mapping.']
        WHEN account_number IS NOT NULL AND account_number NOT IN (source_account, charge_account)
            THEN ARRAY['account_number', account_number, 'Neither the source nor the invoice belongs to this account: correct the account or the numbers.']
        WHEN source_currency <> currency THEN ARRAY['source_number', source_number, 'The source is in ' || source_currency || ' and the invoice in ' || currency || ': money is applied within one currency.']
        WHEN amount < 0 THEN ARRAY['amount', amount::text, 'An allocation is worth more than zero: to end one, void its payment or credit.']
        WHEN NOT %(round)s AND minor <> trunc(minor) OR minor > 9e17 THEN ARRAY['amount', amount::text, 'More decimals than ' || currency || ' has: write ' || exponent || ' at most, or set round = "half_up" in the mapping.']
    END AS wrong
    FROM found f
    OFFSET 0  -- a fence: without it the verdict is worked out anew wherever it is named
), standing AS (  -- what was stated before, between its true ends: a transfer is known by its payer's half
    SELECT a.id, a.source_id, a.charge_id, a.dated_on, a.external_id, NULL AS transfer
    FROM ar.allocation a WHERE a.org_id = %(org)s AND a.origin = 'stated' AND NOT (a.run_id IS NULL AND a.external_id IS NOT DISTINCT FROM 'duebook:announced')
    UNION ALL
    SELECT a.id, a.source_id, b.charge_id, a.dated_on, a.external_id, t.number
    FROM ar.document t
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = t.id AND a.origin = 'transfer'
    JOIN ar.document p ON p.org_id = %(org)s AND p.kind = 'credit_adjustment' AND p.number = t.number AND p.origin = 'transfer' AND p.settles_id IS NULL
    JOIN ar.allocation b ON b.org_id = %(org)s AND b.source_id = p.id AND b.origin = 'transfer'
    WHERE t.org_id = %(org)s AND t.kind = 'debit_adjustment' AND t.origin = 'transfer' AND t.settles_id IS NULL
), meant AS (  -- by its own id; where one of the two has none, by its day
    SELECT j.line, s.id, s.transfer, s.external_id IS NOT DISTINCT FROM j.external_id AS is_same,
           row_number() OVER (PARTITION BY j.line ORDER BY s.external_id IS DISTINCT FROM j.external_id, s.id) AS place,
           count(*) OVER (PARTITION BY j.line) AS matches
    FROM judged j
    JOIN standing s ON s.source_id = j.source_id AND s.charge_id = j.charge_id
    WHERE s.external_id = j.external_id OR s.dated_on = j.dated_on AND (s.external_id IS NULL OR j.external_id IS NULL)
), fresh AS (  -- what new transfers are called: if others are called so already, the second, the third
    SELECT j.line, j.transfer, row_number() OVER (PARTITION BY j.transfer ORDER BY j.line) + (
               SELECT COALESCE(max(CASE d.number WHEN j.transfer THEN 1 ELSE substring(d.number FROM ' \((\d{1,9})\)$')::bigint END), 0)
               FROM ar.document d
               WHERE d.org_id = %(org)s AND d.kind IN ('debit_adjustment', 'credit_adjustment') AND d.settles_id IS NULL
                 AND d.number >= j.transfer AND d.number <= j.transfer || ' (~') AS place
    FROM judged j
    WHERE j.transfer IS NOT NULL AND j.wrong IS NULL AND j.line = j.first_line AND j.line NOT IN (SELECT line FROM meant)
), told AS (
    SELECT j.*, m.id AS allocation_id, COALESCE(m.transfer, f.transfer || CASE WHEN f.place > 1 THEN ' (' || f.place || ')' ELSE '' END) AS transfer_number,
           CASE WHEN wrong IS NOT NULL THEN wrong WHEN m.matches > 1 AND NOT m.is_same
                THEN ARRAY['external_id', '', 'Several allocations of that day between the two are loaded: name the one that is meant in external_id.'] END AS problem
    FROM judged j
    LEFT JOIN meant m ON m.line = j.line AND m.place = 1
    LEFT JOIN fresh f ON f.line = j.line
)
SELECT j.line,
       CASE WHEN problem IS NOT NULL THEN 'invalid' WHEN j.line <> first_line THEN 'repeated'
            WHEN round(minor) = 0 AND (a.external_id IS DISTINCT FROM j.external_id OR a.id IS NULL OR source_customer_id <> charge_customer_id)
                 THEN 'skipped'
            WHEN a.id IS NULL THEN 'new'
            WHEN pg_temp.is_stale(j.source_version, a.source_version, %(as_at_given)s, u.as_at) THEN 'stale'
            WHEN a.stated_amount = round(minor) AND a.dated_on = j.dated_on AND (j.external_id IS NULL OR j.external_id IS NOT DISTINCT FROM a.external_id)
                 AND (j.source_version IS NULL OR j.source_version IS NOT DISTINCT FROM a.source_version) THEN 'unchanged'
            ELSE 'changed' END,
       problem[1], problem[2], problem[3],
       a.id, j.source_id, j.charge_id, charge_customer_id,
       CASE WHEN source_customer_id <> charge_customer_id THEN source_customer_id END,
       j.currency, round(minor)::bigint, j.dated_on, j.external_id, j.source_version, j.transfer_number
FROM told j
LEFT JOIN ar.allocation a ON a.org_id = %(org)s AND a.id = j.allocation_id
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = a.run_id AND u.kind = 'allocations'
