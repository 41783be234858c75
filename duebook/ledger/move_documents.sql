-- Known documents that change their account or currency (nothing stated is applied to them, or they would have
-- been refused): what was derived for them goes. What hangs on them moves along by its key.
WITH moved AS (
    SELECT d.id
    FROM pg_temp.resolved_document r
    JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id
    WHERE r.action = 'changed' AND (d.customer_id, d.currency) <> (c.id, r.currency)
), unapplied AS (
    DELETE FROM ar.allocation a USING moved m
    WHERE a.org_id = %(org)s AND a.origin NOT IN ('stated', 'transfer') AND a.charge_id = m.id
), unused AS (
    DELETE FROM ar.allocation a USING moved m
    WHERE a.org_id = %(org)s AND a.origin NOT IN ('stated', 'transfer') AND a.source_id = m.id
), announced AS (  -- payments that are not settled yet are no longer for them
    DELETE FROM ar.portal_payment_part p USING moved m WHERE p.org_id = %(org)s AND p.document_id = m.id
)
DELETE FROM ar.document d USING moved m WHERE d.org_id = %(org)s AND d.settles_id = m.id
