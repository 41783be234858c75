-- One row: what waits for whoever looks. Disputes without an answer and announced payments of all accounts that they see;
-- of notes only whether one may mention them that they have not read.
SELECT (SELECT count(*) FROM ar.dispute_case c
        JOIN ar.dispute p ON p.org_id = c.org_id AND p.id = c.dispute_id
        WHERE c.org_id = %(org)s AND c.state = 'open' AND p.resolved_on IS NULL AND p.ended_on = 'infinity') AS disputes,
       (SELECT count(*) FROM ar.portal_payment WHERE org_id = %(org)s AND state = 'pending') AS payments,
       EXISTS (SELECT FROM ar.note_mention m WHERE m.org_id = %(org)s AND m.person_id = %(person)s AND NOT EXISTS (
           SELECT FROM ar.note_seen s WHERE s.org_id = %(org)s AND s.note_id = m.note_id AND s.person_id = %(person)s)) AS is_mentioned
