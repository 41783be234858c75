-- A row is a source of the organisation's facts, and how fresh they are.
SELECT name, as_of, state FROM guard.freshness(%(at)s)
