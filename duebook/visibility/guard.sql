-- Who is looking: the functions that every policy rests on. Re-applied on each migrate.
-- They run as duebook_guard, which alone may read the signing keys.

CREATE TABLE IF NOT EXISTS guard.viewer_key (
    id        text PRIMARY KEY,
    inner_pad bytea NOT NULL,  -- key xor 0x36.., key xor 0x5c..: the two halves of HMAC (RFC 2104)
    outer_pad bytea NOT NULL
);

-- The statement in duebook.viewer, once its signature, connection and expiry are proved.
-- No statement: nothing. A wrong one: what is wrong. It never fails, because a policy may ask in
-- the middle of a query, where a failure would tell of the row at hand.
-- looks_at: operator mode. A person of the staff looks at one account as its client does, and only reads.
-- DROP in case it is of an older release, which answers with other columns.
DROP FUNCTION IF EXISTS guard.verified_viewer();
DROP FUNCTION IF EXISTS guard.stated_viewer();
CREATE FUNCTION guard.stated_viewer(
    OUT org_id bigint, OUT person_id bigint, OUT kind text, OUT looks_at bigint, OUT wrong text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    statement text := current_setting('duebook.viewer', true);
    part      text[];
    claims    text;
    held      guard.viewer_key;
BEGIN
    IF statement IS NULL OR statement = '' THEN
        RETURN;
    END IF;
    part := string_to_array(statement, '.');
    IF array_length(part, 1) = 7 THEN
        SELECT * INTO held FROM guard.viewer_key WHERE id = part[4];
        claims := array_to_string(part[1:6], '.');
    END IF;
    -- Digests of both sides are compared, so that timing tells nothing about the signature.
    IF held.id IS NULL OR sha256(convert_to(part[7], 'UTF8')) IS DISTINCT FROM sha256(convert_to(encode(
            sha256(held.outer_pad || sha256(held.inner_pad || convert_to(claims, 'UTF8'))), 'hex'), 'UTF8')) THEN
        wrong := 'the viewer statement is not signed by this application';
        RETURN;
    END IF;
    IF part[5]::bigint <> pg_backend_pid() THEN
        wrong := 'the viewer statement belongs to another connection';
        RETURN;
    END IF;
    -- Against the start of the transaction: long work is not cut, a later transaction is refused.
    IF part[6]::bigint < extract(epoch FROM transaction_timestamp()) THEN
        wrong := 'the viewer statement has expired';
        RETURN;
    END IF;
    IF part[3] LIKE 'client:%' THEN
        IF current_setting('transaction_read_only') <> 'on' THEN
            wrong := 'who looks at an account as its client only reads';
            RETURN;
        END IF;
        IF NOT guard.may_look_at(part[1]::bigint, part[2]::bigint, split_part(part[3], ':', 2)::bigint) THEN
            wrong := 'the viewer may not look at this account as its client';
            RETURN;
        END IF;
        looks_at := split_part(part[3], ':', 2)::bigint;
    END IF;
    org_id := part[1]::bigint;
    person_id := part[2]::bigint;
    kind := CASE WHEN looks_at IS NULL THEN part[3] ELSE 'client' END;
END $$;

-- The same for those who ask once: a wrong statement is error 42501.
CREATE FUNCTION guard.verified_viewer(OUT org_id bigint, OUT person_id bigint, OUT kind text, OUT looks_at bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    SELECT v.org_id, v.person_id, v.kind, v.looks_at, v.wrong INTO org_id, person_id, kind, looks_at, wrong
    FROM guard.stated_viewer() v;
    IF wrong IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = wrong;
    END IF;
END $$;

-- The kind of viewer a person is in an organisation: derived from membership, never believed.
CREATE OR REPLACE FUNCTION guard.kind_of(org bigint, person bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE m.role
        WHEN 'console' THEN 'admin'
        WHEN 'member' THEN CASE o.member_scope WHEN 'all' THEN 'member_all' ELSE 'member' END
        WHEN 'platform' THEN (SELECT 'admin' FROM ar.platform_person p WHERE p.person_id = person AND p.active)
        WHEN 'service' THEN COALESCE((
            SELECT CASE WHEN 'ingest' = ANY (t.scopes) THEN 'service' ELSE 'service_read' END
            FROM ar.api_token t
            WHERE t.org_id = org AND t.person_id = person AND t.revoked_at IS NULL
              AND (t.expires_at IS NULL OR t.expires_at > now())), (
            SELECT 'service' FROM ar.connector c WHERE c.org_id = org AND c.person_id = person))
        ELSE m.role END
    FROM ar.membership m JOIN ar.org o ON o.org_id = m.org_id
    WHERE m.org_id = org AND m.person_id = person AND m.active AND (m.until IS NULL OR m.until > now())
      AND (NOT o.suspended OR m.role IN ('console', 'platform'))
      AND NOT EXISTS (SELECT FROM ar.barred_person b WHERE b.person_id = person)
$$;

-- May this person look at an account as its client does? Whoever of the staff sees the account.
CREATE OR REPLACE FUNCTION guard.may_look_at(org bigint, person bigint, customer bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(CASE guard.kind_of(org, person)
        WHEN 'member' THEN EXISTS (
            SELECT FROM ar.customer_access a WHERE a.org_id = org AND a.customer_id = customer
            AND a.principal_id = ANY (array_prepend(person, ARRAY(
                SELECT t.team_id FROM ar.team_member t WHERE t.org_id = org AND t.person_id = person))))
        WHEN 'admin' THEN EXISTS (SELECT FROM ar.customer c WHERE c.org_id = org AND c.id = customer)
        WHEN 'member_all' THEN EXISTS (SELECT FROM ar.customer c WHERE c.org_id = org AND c.id = customer)
        END, false)
$$;

-- The viewer's organisation, if the viewer is of the wanted kind; NULL without a viewer. Of operator mode the
-- statement itself is proof: its person is no client.
CREATE OR REPLACE FUNCTION guard.viewer_org(wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF viewer.kind IS DISTINCT FROM wanted OR (viewer.looks_at IS NULL
       AND guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM wanted) THEN
        RAISE insufficient_privilege USING MESSAGE = format('the viewer is not a %s of this organisation', wanted);
    END IF;
    RETURN viewer.org_id;
END $$;

-- A member's organisation, for the policy that member policies look through row by row.
CREATE OR REPLACE FUNCTION guard.member_org() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.org_id FROM guard.stated_viewer() v
    WHERE v.kind = 'member' AND guard.kind_of(v.org_id, v.person_id) = 'member'
$$;

-- The viewer as a person, whatever the kind; NULL without a viewer, and in operator mode: what a client's login
-- holds for itself belongs to no account, and what nobody has written is nobody's.
CREATE OR REPLACE FUNCTION guard.viewer_person() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.person_id FROM guard.stated_viewer() v WHERE v.looks_at IS NULL
$$;

-- The person and the person's teams in the viewer's organisation.
CREATE OR REPLACE FUNCTION guard.viewer_principals() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_prepend(v.person_id, ARRAY(
        SELECT t.team_id FROM ar.team_member t WHERE t.org_id = v.org_id AND t.person_id = v.person_id))
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
$$;

-- The customers a client's login is linked to; in operator mode the one that is looked at.
CREATE OR REPLACE FUNCTION guard.viewer_customers() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN v.looks_at IS NULL THEN ARRAY(
        SELECT l.customer_id FROM ar.client_link l WHERE l.org_id = v.org_id AND l.person_id = v.person_id)
        ELSE ARRAY[v.looks_at] END
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
$$;

-- Those of them that the client may raise and answer disputes for; the others they only look at.
CREATE OR REPLACE FUNCTION guard.disputing_customers() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT l.customer_id FROM ar.client_link l
                 WHERE l.org_id = v.org_id AND l.person_id = v.person_id AND l.may_dispute)
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
$$;

-- The customers a member sees, for `= ANY`: one that is seen in several ways stands there several times.
CREATE OR REPLACE FUNCTION guard.viewer_accounts() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT a.customer_id FROM ar.customer_access a
                 WHERE a.org_id = v.org_id AND a.principal_id = ANY (guard.viewer_principals()))
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
$$;

-- The viewer's organisation, whatever the kind; NULL without a viewer, or when the viewer is no longer of that kind.
CREATE OR REPLACE FUNCTION guard.viewer_organisation() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.org_id FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind
$$;

-- Customers of the viewer's, found by what their names and numbers contain, or begin with: LIKE patterns; so
-- many at most. The index answers here; under the policy of the table every name would be looked at.
DROP FUNCTION IF EXISTS guard.customers_like(text[]);
CREATE OR REPLACE FUNCTION guard.customers_like(patterns text[], most bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind IN ('admin', 'member_all', 'service', 'service_read') THEN
        RETURN QUERY EXECUTE 'SELECT c.id FROM ar.customer c WHERE c.org_id = $1 AND c.search_text LIKE ANY ($2) LIMIT $3'
            USING viewer.org_id, patterns, most;
    ELSIF viewer.kind = 'member' THEN  -- one by one, which is less than what the index finds of everybody's
        RETURN QUERY EXECUTE 'SELECT m.id FROM (SELECT c.id, c.search_text FROM ar.customer c'
            ' WHERE c.org_id = $1 AND c.id = ANY ($4) OFFSET 0) AS m WHERE m.search_text LIKE ANY ($2) LIMIT $3'
            USING viewer.org_id, patterns, most, guard.viewer_accounts();
    END IF;
END $$;

-- The consoles of all organisations, as which the worker looks after them; suspended ones wait.
CREATE OR REPLACE FUNCTION guard.consoles() RETURNS TABLE (org_id bigint, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, m.person_id FROM ar.org o JOIN ar.membership m ON m.org_id = o.org_id
    WHERE m.role = 'console' AND m.active AND NOT o.suspended ORDER BY o.org_id
$$;

CREATE OR REPLACE FUNCTION guard.viewer_is_platform() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.person_id IS NULL THEN
        RETURN false;
    END IF;
    IF viewer.kind <> 'platform' OR NOT EXISTS (
            SELECT FROM ar.platform_person p WHERE p.person_id = viewer.person_id AND p.active)
       OR EXISTS (SELECT FROM ar.barred_person b WHERE b.person_id = viewer.person_id) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the viewer does not own the platform';
    END IF;
    RETURN true;
END $$;

-- Asked at the door, where no organisation is open yet: where does this login belong? What is
-- suspended is named and has no kind; `visiting` is an owner of the platform who has entered.
DROP FUNCTION IF EXISTS guard.memberships_of(bigint);
CREATE FUNCTION guard.memberships_of(login bigint)
RETURNS TABLE (org_id bigint, slug text, name text, kind text, visiting boolean, second_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, o.slug, o.name, k.kind, m.role = 'platform', o.second_factor
    FROM ar.membership m JOIN ar.org o ON o.org_id = m.org_id
    CROSS JOIN LATERAL guard.kind_of(o.org_id, m.person_id) AS k (kind)
    WHERE m.person_id = login AND m.active AND m.role NOT IN ('console', 'service')
      AND (k.kind IS NOT NULL OR (o.suspended AND m.role <> 'platform'))
    ORDER BY o.name, o.org_id
$$;

-- Does this login own the platform?
CREATE OR REPLACE FUNCTION guard.owns_platform(login bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM ar.platform_person p WHERE p.person_id = login AND p.active)
       AND NOT EXISTS (SELECT FROM ar.barred_person b WHERE b.person_id = login)
$$;

-- The organisation of a slug, for commands that run as its console.
CREATE OR REPLACE FUNCTION guard.console_of(wanted text)
RETURNS TABLE (org_id bigint, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, m.person_id FROM ar.org o JOIN ar.membership m ON m.org_id = o.org_id
    WHERE o.slug = wanted AND m.role = 'console' AND m.active
$$;

-- DROP OWNED asks only for the role, not for the table: any viewer could drop its policies for all.
CREATE OR REPLACE FUNCTION guard.keep_policies() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'duebook_owner', 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = 'policies are dropped by duebook migrate alone';
    END IF;
END $$;
