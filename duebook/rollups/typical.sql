-- $1 organisation, $2 day. What accounts with a debt typically owe, per currency: the median at the close of the
-- day before; of the day itself while fewer than five accounts owed anything. Twice the median is a whole number.
WITH before AS (
    SELECT currency, count(*) AS accounts,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding_before)
           + percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding_before DESC) AS halves
    FROM ar.customer_aging WHERE org_id = $1 AND day = $2 AND outstanding_before > 0
    GROUP BY currency
), same_day AS (
    SELECT currency,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding)
           + percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding DESC) AS halves
    FROM ar.customer_aging WHERE org_id = $1 AND day = $2 AND outstanding > 0
      AND currency NOT IN (SELECT currency FROM before WHERE accounts >= 5)
    GROUP BY currency
), typical AS (
    SELECT currency, halves FROM before WHERE accounts >= 5
    UNION ALL
    SELECT currency, halves FROM same_day
), gone AS (
    DELETE FROM ar.typical_amount t WHERE t.org_id = $1 AND t.day = $2 AND t.currency NOT IN (SELECT currency FROM typical)
)
INSERT INTO ar.typical_amount AS t (org_id, day, currency, halves)
SELECT $1, $2, currency, halves FROM typical
ON CONFLICT (org_id, day, currency) DO UPDATE SET halves = excluded.halves WHERE t.halves <> excluded.halves
