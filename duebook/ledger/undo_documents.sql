-- The documents that a run made; and of those, and of what it moved, what is settled without a name.
WITH settled AS (
    DELETE FROM ar.document d WHERE d.org_id = %(org)s AND d.settles_id IN (SELECT id FROM pg_temp.made UNION ALL SELECT id FROM pg_temp.moved)
)
DELETE FROM ar.document d WHERE d.org_id = %(org)s AND d.id IN (SELECT id FROM pg_temp.made)
