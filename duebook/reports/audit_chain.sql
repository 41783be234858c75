-- One row per entry of the audit trail in the order of the chain, with the text its digest covers and the digest
-- that was kept. A link without an entry and an entry without a link (last) are rows as well: they are what is looked for.
SELECT l.seq, l.hash, e.id,
       jsonb_build_array(e.org_id, e.id, extract(epoch FROM e.at), e.person_id, e.action, e.origin, e.detail)::text AS content
FROM (SELECT * FROM ar.audit_link WHERE org_id = %(org)s) AS l
FULL JOIN (SELECT * FROM ar.audit_event WHERE org_id = %(org)s) AS e ON e.id = l.event_id
ORDER BY l.seq NULLS LAST, e.id
