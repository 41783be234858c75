-- Accounts as their file states them: the row itself, what clients may not see, and the owner's access.
-- What was there before is kept, to undo it by; of the owner also who it is now, to see whether somebody changed it since.
WITH stated AS (
    SELECT * FROM pg_temp.resolved_account WHERE action IN ('new', 'changed')
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'customer', c.id::text, to_jsonb(c)
    FROM stated s JOIN ar.customer c ON c.org_id = %(org)s AND c.id = s.customer_id WHERE s.action = 'changed'
    UNION ALL
    SELECT %(org)s, %(run)s, 'customer_internal', s.customer_id::text, to_jsonb(i) || jsonb_build_object('given', s.owner_id)
    FROM stated s JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = s.customer_id WHERE s.action = 'changed'
    UNION ALL
    SELECT %(org)s, %(run)s, 'customer_internal', s.customer_id::text, jsonb_build_object('given', s.owner_id)
    FROM stated s WHERE s.action = 'changed' AND NOT EXISTS (
        SELECT FROM ar.customer_internal i WHERE i.org_id = %(org)s AND i.customer_id = s.customer_id)
    UNION ALL
    SELECT %(org)s, %(run)s, 'customer_access', concat_ws(':', a.principal_id, a.customer_id, a.reason), to_jsonb(a)
    FROM stated s JOIN ar.customer_access a ON a.org_id = %(org)s AND a.customer_id = s.customer_id
    WHERE s.action = 'changed' AND a.reason = 'owner' AND a.principal_id IS DISTINCT FROM s.owner_id
    UNION ALL
    SELECT %(org)s, %(run)s, 'customer_access', concat_ws(':', s.owner_id, s.customer_id, 'owner'), '{}'
    FROM stated s WHERE s.action = 'changed' AND s.owner_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ar.customer_access a WHERE a.org_id = %(org)s AND a.customer_id = s.customer_id
        AND a.principal_id = s.owner_id AND a.reason = 'owner')
    ON CONFLICT DO NOTHING
), written AS (
    INSERT INTO ar.customer AS c (org_id, account_number, name, name_origin, sort_name, search_text, account_type, active,
        currency, net_terms_days, contact_name, contact_email, parent_number, external_id, source_version, run_id)
    SELECT %(org)s, account_number, name, 'account', '', '', account_type, active, currency, net_terms_days,
           contact_name, contact_email, parent_number, external_id, source_version, %(run)s
    FROM stated WHERE action = 'new' ORDER BY account_number
    RETURNING id, account_number
), rewritten AS (
    UPDATE ar.customer c SET account_number = s.account_number, name = s.name, name_origin = 'account',
        account_type = s.account_type, active = s.active, currency = s.currency, net_terms_days = s.net_terms_days,
        contact_name = s.contact_name, contact_email = s.contact_email, parent_number = s.parent_number,
        external_id = s.external_id, source_version = s.source_version, run_id = %(run)s, deleted_at = NULL
    FROM stated s WHERE s.action = 'changed' AND c.org_id = %(org)s AND c.id = s.customer_id
    RETURNING c.id, c.account_number
), touched AS (
    SELECT id, account_number FROM written UNION ALL SELECT id, account_number FROM rewritten
), internal AS (
    INSERT INTO ar.customer_internal AS i (org_id, customer_id, owner_id, credit_limit)
    SELECT %(org)s, t.id, s.owner_id, s.credit_limit FROM touched t JOIN stated s USING (account_number)
    ON CONFLICT (org_id, customer_id) DO UPDATE SET owner_id = excluded.owner_id, credit_limit = excluded.credit_limit
), released AS (
    DELETE FROM ar.customer_access a USING touched t JOIN stated s USING (account_number)
    WHERE a.org_id = %(org)s AND a.customer_id = t.id AND a.reason = 'owner' AND a.principal_id IS DISTINCT FROM s.owner_id
), owned AS (
    INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)
    SELECT %(org)s, s.owner_id, t.id, 'owner' FROM touched t JOIN stated s USING (account_number)
    WHERE s.owner_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT id FROM touched
