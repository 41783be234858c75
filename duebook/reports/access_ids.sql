-- One row per customer that matches the filter: its id.
SELECT found.id FROM ({access}) AS found ORDER BY found.id
