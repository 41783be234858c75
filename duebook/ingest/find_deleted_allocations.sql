-- One row per deletion of an allocation; of one across accounts, its payer's half.
INSERT INTO pg_temp.resolved_deletion (line, id, customer_id, source_version, stored_version, gone, names, keys)
SELECT t.line, a.id, a.customer_id, t.source_version, a.source_version, false, CASE WHEN a.matches > 1 THEN a.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, a.external_id))::text, jsonb_build_array(t.dated_on, t.number, t.other)::text,
             jsonb_build_array(a.dated_on, t.number, t.other)::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.id) AS id, min(f.customer_id) AS customer_id, min(f.external_id) AS external_id, min(f.dated_on) AS dated_on,
           min(f.source_version) AS source_version, string_agg(f.dated_on || ': ' || f.kind || ' ' || f.number, ', ' ORDER BY f.dated_on, f.kind) AS names
    FROM (SELECT a.id, a.customer_id, a.external_id, a.source_version, a.dated_on, s.kind, s.number
          FROM ar.allocation a JOIN ar.document s ON s.org_id = %(org)s AND s.id = a.source_id
          WHERE a.org_id = %(org)s AND a.external_id = t.external_id AND a.origin IN ('stated', 'transfer') AND a.run_id IS NOT NULL
          UNION
          SELECT a.id, a.customer_id, a.external_id, a.source_version, a.dated_on, s.kind, s.number
          FROM ar.document s
          JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = s.id AND a.origin IN ('stated', 'transfer')
          JOIN ar.document c ON c.org_id = %(org)s AND c.id = a.charge_id
          WHERE s.org_id = %(org)s AND s.kind = ANY (%(source_kinds)s) AND s.number = t.number AND s.settles_id IS NULL
            AND (a.origin = 'stated' AND c.number = t.other OR a.origin = 'transfer' AND EXISTS (
                SELECT FROM ar.document p
                JOIN ar.allocation b ON b.org_id = %(org)s AND b.source_id = p.id AND b.origin = 'transfer'
                JOIN ar.document i ON i.org_id = %(org)s AND i.id = b.charge_id
                WHERE p.org_id = %(org)s AND p.kind = 'credit_adjustment' AND p.number = c.number AND p.origin = 'transfer'
                  AND p.settles_id IS NULL AND i.number = t.other))
            AND (t.dated_on IS NULL OR a.dated_on = t.dated_on) AND (t.external_id IS NULL OR a.external_id IS NULL)
            AND NOT (a.run_id IS NULL AND a.external_id IS NOT DISTINCT FROM 'duebook:announced')) AS f
    HAVING count(*) > 0) AS a ON true
