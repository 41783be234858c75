-- What accounts with a debt typically owe, per currency: the median at the close of the day before; of the day
-- itself while fewer than five accounts owed anything. Twice the median is a whole number.
WITH before AS (
    SELECT currency, percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding_before)
                     + percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding_before DESC) AS halves
    FROM {rows} AS r WHERE outstanding_before > 0
    GROUP BY currency HAVING count(*) >= 5
)
SELECT currency, halves FROM before
UNION ALL
SELECT currency, percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding)
                 + percentile_disc(0.5) WITHIN GROUP (ORDER BY outstanding DESC)
FROM {rows} AS r WHERE outstanding > 0 AND currency NOT IN (SELECT currency FROM before)
GROUP BY currency
