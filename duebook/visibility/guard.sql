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
CREATE OR REPLACE FUNCTION guard.stated_viewer(OUT org_id bigint, OUT person_id bigint, OUT kind text, OUT wrong text)
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
    org_id := part[1]::bigint;
    person_id := part[2]::bigint;
    kind := part[3];
END $$;

-- The same for those who ask once: a wrong statement is error 42501.
CREATE OR REPLACE FUNCTION guard.verified_viewer(OUT org_id bigint, OUT person_id bigint, OUT kind text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    SELECT v.org_id, v.person_id, v.kind, v.wrong INTO org_id, person_id, kind, wrong FROM guard.stated_viewer() v;
    IF wrong IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = wrong;
    END IF;
END $$;

-- The kind of viewer a person is in an organisation: derived from membership, never believed.
CREATE OR REPLACE FUNCTION guard.kind_of(org bigint, person bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN m.role = 'console' THEN 'admin'
                WHEN m.role = 'member' AND o.member_scope = 'all' THEN 'member_all'
                ELSE m.role END
    FROM ar.membership m JOIN ar.org o ON o.org_id = m.org_id
    WHERE m.org_id = org AND m.person_id = person AND m.active
$$;

-- The viewer's organisation, if the viewer is of the wanted kind; NULL without a viewer.
CREATE OR REPLACE FUNCTION guard.viewer_org(wanted text) RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM wanted
       OR viewer.kind IS DISTINCT FROM wanted THEN
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

-- The viewer as a person, whatever the kind; NULL without a viewer.
CREATE OR REPLACE FUNCTION guard.viewer_person() RETURNS bigint
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.person_id FROM guard.stated_viewer() v
$$;

-- The person and the person's teams in the viewer's organisation.
CREATE OR REPLACE FUNCTION guard.viewer_principals() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_prepend(v.person_id, ARRAY(
        SELECT t.team_id FROM ar.team_member t WHERE t.org_id = v.org_id AND t.person_id = v.person_id))
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
$$;

-- The customers a client's login is linked to.
CREATE OR REPLACE FUNCTION guard.viewer_customers() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT l.customer_id FROM ar.client_link l
                 WHERE l.org_id = v.org_id AND l.person_id = v.person_id)
    FROM guard.stated_viewer() v WHERE v.org_id IS NOT NULL
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
            SELECT FROM ar.platform_person p WHERE p.person_id = viewer.person_id AND p.active) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the viewer does not own the platform';
    END IF;
    RETURN true;
END $$;

-- Asked at the door, where no organisation is open yet: where does this login belong?
CREATE OR REPLACE FUNCTION guard.memberships_of(login bigint)
RETURNS TABLE (org_id bigint, slug text, name text, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, o.slug, o.name, guard.kind_of(o.org_id, m.person_id)
    FROM ar.membership m JOIN ar.org o ON o.org_id = m.org_id
    WHERE m.person_id = login AND m.active AND m.role <> 'console'
    ORDER BY o.name, o.org_id
$$;

-- The organisation of a slug, for commands that run as its console.
CREATE OR REPLACE FUNCTION guard.console_of(wanted text)
RETURNS TABLE (org_id bigint, person_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, m.person_id FROM ar.org o JOIN ar.membership m ON m.org_id = o.org_id
    WHERE o.slug = wanted AND m.role = 'console' AND m.active
$$;

-- Orders background work. Who orders it is read from the proved viewer, not from the caller.
CREATE OR REPLACE FUNCTION guard.enqueue(task text, args jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
    ordered bigint;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL
       OR guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM viewer.kind THEN
        RAISE insufficient_privilege USING MESSAGE = 'a job needs a viewer';
    END IF;
    INSERT INTO ar.job (org_id, person_id, kind, task, args)
    VALUES (viewer.org_id, viewer.person_id, viewer.kind, task, args) RETURNING id INTO ordered;
    RETURN ordered;
END $$;

-- Whom the worker runs a job as: the person who ordered it, if still of that kind.
CREATE OR REPLACE FUNCTION guard.job_viewer(job bigint)
RETURNS TABLE (org_id bigint, person_id bigint, kind text, task text, args jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.org_id, j.person_id, j.kind, j.task, j.args FROM ar.job j
    WHERE j.id = job AND guard.kind_of(j.org_id, j.person_id) = j.kind
$$;

-- DROP OWNED asks only for the role, not for the table: any viewer could drop its policies for all.
CREATE OR REPLACE FUNCTION guard.keep_policies() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'duebook_owner', 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = 'policies are dropped by duebook migrate alone';
    END IF;
END $$;
