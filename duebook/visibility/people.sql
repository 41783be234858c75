-- What a viewer learns of people: who was invited, who works here, who can sign in, what they share.
-- Re-applied on each migrate, after guard.sql.

-- How far customers of the viewer's (NULL: all of them) have been invited: the best of accepted (somebody of theirs
-- can sign in), pending, expired, declined. No row: not invited. Members see no links of others themselves.
CREATE OR REPLACE FUNCTION guard.invited(customers bigint[], at timestamptz) RETURNS TABLE (customer_id bigint, state text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    viewer record;
    mine   bigint[];
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind = 'member' THEN
        mine := guard.viewer_principals();
    ELSIF viewer.kind IS NULL OR viewer.kind NOT IN ('admin', 'member_all', 'service', 'service_read') THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE $query$
        SELECT s.customer_id, (ARRAY['accepted', 'pending', 'expired', 'declined'])[min(s.place)]
        FROM (SELECT l.customer_id, 1 AS place FROM ar.client_link l
              JOIN ar.membership m ON m.org_id = l.org_id AND m.person_id = l.person_id
              WHERE l.org_id = $1 AND m.role = 'client' AND m.active AND ($2 IS NULL OR l.customer_id = ANY ($2))
              UNION ALL
              SELECT i.customer_id, CASE WHEN i.declined_at IS NOT NULL THEN 4 WHEN i.expires_at <= $3 THEN 3 ELSE 2 END
              FROM ar.invitation i WHERE i.org_id = $1 AND i.role = 'client' AND i.accepted_at IS NULL
                AND i.withdrawn_at IS NULL AND ($2 IS NULL OR i.customer_id = ANY ($2))) AS s
        WHERE $4 IS NULL OR EXISTS (SELECT FROM ar.customer_access a WHERE a.org_id = $1
                                    AND a.customer_id = s.customer_id AND a.principal_id = ANY ($4))
        GROUP BY s.customer_id $query$ USING viewer.org_id, customers, at, mine;
END $$;

-- Who works here and is active, and which of these customers each sees: NULL for those who see every one. Of the
-- customers only those count that the viewer sees.
CREATE OR REPLACE FUNCTION guard.colleagues(among bigint[])
RETURNS TABLE (person_id bigint, name text, email text, customers bigint[])
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    viewer record;
    mine   bigint[];
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind = 'member' THEN
        mine := guard.viewer_principals();
    ELSIF viewer.kind IS NULL OR viewer.kind NOT IN ('admin', 'member_all') THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH working AS (
            SELECT p.id, p.name, p.email, guard.kind_of(viewer.org_id, p.id) AS kind
            FROM ar.membership m JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id
            WHERE m.org_id = viewer.org_id AND m.role IN ('admin', 'member') AND m.active
        ), seen AS (
            SELECT COALESCE(t.person_id, a.principal_id) AS id, array_agg(DISTINCT a.customer_id) AS customers
            FROM ar.customer_access a
            LEFT JOIN ar.team_member t ON t.org_id = a.org_id AND t.team_id = a.principal_id
            WHERE a.org_id = viewer.org_id AND a.customer_id = ANY (among)
              AND (mine IS NULL OR EXISTS (SELECT FROM ar.customer_access o WHERE o.org_id = a.org_id
                                           AND o.customer_id = a.customer_id AND o.principal_id = ANY (mine)))
            GROUP BY 1
        )
        SELECT w.id, w.name, w.email, CASE w.kind WHEN 'member' THEN COALESCE(s.customers, '{}') END
        FROM working w LEFT JOIN seen s ON s.id = w.id
        WHERE w.kind IN ('admin', 'member', 'member_all')
        ORDER BY lower(w.name), w.id;
END $$;

-- Who can sign in for a customer of the viewer's, and who could until they were deactivated. Members see no links of
-- others themselves.
CREATE OR REPLACE FUNCTION guard.contacts(customer bigint)
RETURNS TABLE (person_id bigint, name text, email text, may_dispute boolean, active boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind IN ('admin', 'member_all') OR viewer.kind = 'member' AND EXISTS (
            SELECT FROM ar.customer_access a WHERE a.org_id = viewer.org_id AND a.customer_id = customer
            AND a.principal_id = ANY (guard.viewer_principals())) THEN
        RETURN QUERY SELECT l.person_id, p.name, p.email, l.may_dispute, m.active
            FROM ar.client_link l
            JOIN ar.person p ON p.org_id = l.org_id AND p.id = l.person_id
            JOIN ar.membership m ON m.org_id = l.org_id AND m.person_id = l.person_id
            WHERE l.org_id = viewer.org_id AND l.customer_id = customer AND m.role = 'client'
            ORDER BY m.active DESC, lower(p.name), l.person_id;
    END IF;
END $$;

-- What everybody who works in the viewer's organisation reads of a view of the viewer's own: the view as it is now, or
-- nothing. Whether there is such a view.
CREATE OR REPLACE FUNCTION guard.share_view(view bigint, wanted boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
    own    ar.saved_view;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    SELECT * INTO own FROM ar.saved_view s
    WHERE s.org_id = viewer.org_id AND s.id = view AND s.person_id = viewer.person_id;
    IF own.id IS NULL THEN
        RETURN false;
    ELSIF wanted THEN
        INSERT INTO ar.shared_view (org_id, id, person_id, page, name, query)
        VALUES (own.org_id, own.id, own.person_id, own.page, own.name, own.query)
        ON CONFLICT (org_id, id) DO UPDATE SET name = EXCLUDED.name, query = EXCLUDED.query;
    ELSE
        DELETE FROM ar.shared_view s WHERE s.org_id = own.org_id AND s.id = own.id;
    END IF;
    RETURN true;
END $$;
