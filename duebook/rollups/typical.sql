-- $1 organisation, $2 day. The typical amounts of the day's rows.
WITH typical AS MATERIALIZED (
    {medians}
), gone AS (
    DELETE FROM ar.typical_amount t WHERE t.org_id = $1 AND t.day = $2 AND t.currency NOT IN (SELECT currency FROM typical)
)
INSERT INTO ar.typical_amount AS t (org_id, day, currency, halves)
SELECT $1, $2, currency, halves FROM typical
ON CONFLICT (org_id, day, currency) DO UPDATE SET halves = excluded.halves WHERE t.halves <> excluded.halves
