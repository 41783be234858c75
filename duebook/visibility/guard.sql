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

-- The customers a member sees, each once.
CREATE OR REPLACE FUNCTION guard.viewer_accounts() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY(SELECT DISTINCT a.customer_id FROM ar.customer_access a
                 WHERE a.org_id = v.org_id AND a.principal_id = ANY (guard.viewer_principals()) ORDER BY a.customer_id)
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
    ELSIF viewer.kind = 'member' AND cardinality(patterns) > 1 THEN  -- a letter or two, which many begin with
        RETURN QUERY EXECUTE 'SELECT c.id FROM unnest($4) AS mine (id) JOIN ar.customer c ON c.org_id = $1 AND c.id = mine.id'
            ' WHERE c.search_text LIKE ANY ($2) LIMIT $3' USING viewer.org_id, patterns, most, guard.viewer_accounts();
    ELSIF viewer.kind = 'member' THEN
        RETURN QUERY EXECUTE 'SELECT c.id FROM ar.customer c WHERE c.org_id = $1 AND c.search_text LIKE ANY ($2)'
            ' AND EXISTS (SELECT FROM ar.customer_access a WHERE a.org_id = $1 AND a.customer_id = c.id'
            '             AND a.principal_id = ANY ($4)) LIMIT $3' USING viewer.org_id, patterns, most, guard.viewer_principals();
    END IF;
END $$;

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
    -- The queue learns the job's id alone.
    PERFORM queue.defer('run', jsonb_build_object('job', ordered), NULL, 'work');
    RETURN ordered;
END $$;

-- A letter at the door is to be delivered. It needs no viewer: nothing of an organisation is looked at.
CREATE OR REPLACE FUNCTION guard.enqueue_letter(letter bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT queue.defer('deliver', jsonb_build_object('letter', letter), 'letter ' || letter, 'letters')
$$;

-- Whom the worker runs a job as: the person who ordered it, if still of that kind.
CREATE OR REPLACE FUNCTION guard.job_viewer(job bigint)
RETURNS TABLE (org_id bigint, person_id bigint, kind text, task text, args jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT j.org_id, j.person_id, j.kind, j.task, j.args FROM ar.job j
    WHERE j.id = job AND guard.kind_of(j.org_id, j.person_id) = j.kind
$$;

-- Has every connector asked whose time has come, as the service that it is; how many those are. Until a
-- poll says otherwise, the next one is due after the connector's own time.
CREATE OR REPLACE FUNCTION guard.order_polls() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due     record;
    ordered bigint;
    polls   bigint := 0;
BEGIN
    FOR due IN SELECT c.org_id, c.id, c.person_id FROM ar.connector c
               WHERE c.active AND c.next_at <= now() AND guard.kind_of(c.org_id, c.person_id) = 'service'
               ORDER BY c.next_at LIMIT 100 FOR UPDATE OF c SKIP LOCKED LOOP
        UPDATE ar.connector c SET next_at = now() + make_interval(mins => c.every_minutes::int)
        WHERE c.org_id = due.org_id AND c.id = due.id;
        INSERT INTO ar.job (org_id, person_id, kind, task, args)
        VALUES (due.org_id, due.person_id, 'service', 'poll', jsonb_build_object('connector', due.id))
        RETURNING id INTO ordered;
        PERFORM queue.defer('run', jsonb_build_object('job', ordered), 'poll ' || due.org_id || ' ' || due.id, 'polls');
        polls := polls + 1;
    END LOOP;
    RETURN polls;
END $$;

-- The first time after `since` that a day of the month has that time on clocks of a zone; day 31 is the last one.
CREATE OR REPLACE FUNCTION guard.monthly_time(zone text, month_day bigint, at_time time, since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(found.at) FROM (
        SELECT (least(m.first + make_interval(days => month_day::int - 1), m.first + interval '1 month' - interval '1 day')
                + at_time) AT TIME ZONE zone AS at
        FROM (SELECT date_trunc('month', since AT TIME ZONE zone) + make_interval(months => n) AS first
              FROM generate_series(0, 2) AS n) AS m) AS found
    WHERE found.at > since
$$;

-- Orders a mailed view for each recipient who works there, as that recipient; how many those are. A view that is gone, or
-- not shared any more with whom mails it, is mailed to nobody.
CREATE OR REPLACE FUNCTION guard.mail_out(org bigint, wanted bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    reader  record;
    ordered bigint;
    mailed  bigint := 0;
BEGIN
    UPDATE ar.mailing m SET last_at = now() WHERE m.org_id = org AND m.id = wanted;
    FOR reader IN
        SELECT s.person_id, guard.kind_of(org, s.person_id) AS kind,
               jsonb_build_object('name', v.name, 'query', v.query, 'language', m.language, 'once',
                                  format('mailing %s %s %s %s', org, wanted, s.person_id, gen_random_uuid())) AS args
        FROM ar.mailing m
        JOIN ar.saved_view v ON v.org_id = m.org_id AND v.id = m.view_id AND v.page = 'monthly'
        JOIN ar.membership s ON s.org_id = m.org_id AND s.person_id = ANY (m.recipients) AND s.role IN ('admin', 'member')
        WHERE m.org_id = org AND m.id = wanted AND (v.person_id = m.person_id OR EXISTS (
            SELECT FROM ar.shared_view h WHERE h.org_id = v.org_id AND h.id = v.id))
        ORDER BY s.person_id LOOP
        CONTINUE WHEN reader.kind IS NULL;
        INSERT INTO ar.job (org_id, person_id, kind, task, args)
        VALUES (org, reader.person_id, reader.kind, 'mail', reader.args) RETURNING id INTO ordered;
        PERFORM queue.defer('run', jsonb_build_object('job', ordered), NULL, 'work');
        mailed := mailed + 1;
    END LOOP;
    RETURN mailed;
END $$;

-- Orders every mailed view whose time has come; for how many readers. Days that went by meanwhile are made up by one.
CREATE OR REPLACE FUNCTION guard.order_mailings() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due    record;
    mailed bigint := 0;
BEGIN
    FOR due IN SELECT m.org_id, m.id, m.month_day, m.at_time, o.timezone FROM ar.mailing m
               JOIN ar.org o ON o.org_id = m.org_id
               WHERE NOT m.paused AND m.next_at <= now() AND NOT o.suspended
               ORDER BY m.next_at LIMIT 100 FOR UPDATE OF m SKIP LOCKED LOOP
        UPDATE ar.mailing m SET next_at = guard.monthly_time(due.timezone, due.month_day, due.at_time, now())
        WHERE m.org_id = due.org_id AND m.id = due.id;
        mailed := mailed + guard.mail_out(due.org_id, due.id);
    END LOOP;
    RETURN mailed;
END $$;

-- The same at once for a mailed view that the viewer has set up, or an admin anybody's; for how many readers.
CREATE OR REPLACE FUNCTION guard.send_mailing(wanted bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer record;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer() v WHERE guard.kind_of(v.org_id, v.person_id) = v.kind;
    IF viewer.kind IS NULL OR viewer.kind NOT IN ('admin', 'member', 'member_all') OR NOT EXISTS (
            SELECT FROM ar.mailing m WHERE m.org_id = viewer.org_id AND m.id = wanted
            AND (viewer.kind = 'admin' OR m.person_id = viewer.person_id)) THEN
        RETURN 0;
    END IF;
    RETURN guard.mail_out(viewer.org_id, wanted);
END $$;

-- How fresh the facts of the viewer's organisation are: of each connector, and of what came last by files
-- and pushes (no name). Clients and services see one line, which names nothing.
CREATE OR REPLACE FUNCTION guard.freshness(at timestamptz)
RETURNS TABLE (name text, as_of timestamptz, state text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    viewer record;
    sent   timestamptz;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.org_id IS NULL OR (viewer.looks_at IS NULL
       AND guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM viewer.kind) THEN
        RETURN;
    END IF;
    SELECT r.started_at INTO sent FROM ar.ingest_run r
    WHERE r.org_id = viewer.org_id AND r.source <> 'connector' AND r.undone_at IS NULL ORDER BY r.id DESC LIMIT 1;
    sent := GREATEST(sent, (SELECT max(r.called_at) FROM ar.ingest_run r
                            WHERE r.org_id = viewer.org_id AND r.quiet_calls IS NOT NULL));
    RETURN QUERY
        WITH asked AS (
            SELECT c.name, c.data_as_of AS as_of,
                   CASE WHEN c.failures > 0 THEN 'failing'
                        -- Two polls were missed: nobody asks it.
                        WHEN COALESCE(c.succeeded_at, c.next_at) < at - make_interval(mins => 2 * c.every_minutes::int + 5)
                            THEN 'overdue'
                        ELSE 'fine' END AS state
            FROM ar.connector c WHERE c.org_id = viewer.org_id AND c.active
        ), known AS (
            SELECT a.name, a.as_of, a.state FROM asked a
            UNION ALL SELECT NULL, sent, 'fine' WHERE sent IS NOT NULL
        )
        SELECT k.name, k.as_of, k.state FROM known k WHERE viewer.kind IN ('admin', 'member', 'member_all')
        UNION ALL
        SELECT NULL, COALESCE((SELECT min(a.as_of) FROM asked a), sent), COALESCE((SELECT min(a.state) FROM asked a
               WHERE a.state <> 'fine' AND viewer.kind <> 'client'), 'fine')
        WHERE viewer.kind NOT IN ('admin', 'member', 'member_all') AND (sent IS NOT NULL OR EXISTS (SELECT FROM asked))
        ORDER BY 1 NULLS LAST;
END $$;

-- What has served its time, whoever it belongs to: exports and answers of the push API after a week, ordered work after
-- a month, as what waits for a person; files that brought facts when the organisation's days are over. Runs then know
-- of none.
CREATE OR REPLACE FUNCTION guard.tidy(OUT exports bigint, OUT jobs bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH exports AS (DELETE FROM ar.export e WHERE e.ordered_at < now() - interval '7 days' RETURNING 1),
         jobs AS (DELETE FROM ar.job j WHERE j.ordered_at < now() - interval '30 days' RETURNING 1),
         calls AS (DELETE FROM ar.sync_call c WHERE c.answered_at < now() - interval '7 days'),
         given_up AS (DELETE FROM ar.intake i WHERE i.changed_at < now() - interval '30 days'
                      AND (i.file_id IS NULL OR i.state <> ALL ('{done,refused,cancelled}'))),
         files AS (DELETE FROM ar.source_file f USING ar.org o
                   WHERE o.org_id = f.org_id AND f.came_at <= now() - o.file_days * interval '1 day'
                   AND NOT EXISTS (SELECT FROM ar.intake i WHERE i.org_id = f.org_id AND i.file_id = f.id
                                   AND i.state <> ALL ('{done,refused,cancelled}')))
    SELECT (SELECT count(*) FROM exports), (SELECT count(*) FROM jobs)
$$;

-- DROP OWNED asks only for the role, not for the table: any viewer could drop its policies for all.
CREATE OR REPLACE FUNCTION guard.keep_policies() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, 'duebook_owner', 'MEMBER') THEN
        RAISE insufficient_privilege USING MESSAGE = 'policies are dropped by duebook migrate alone';
    END IF;
END $$;

-- THE PLATFORM: who owns it, and who is shut out everywhere. Only its owners may say.
CREATE OR REPLACE FUNCTION guard.set_standing(login bigint, owner boolean, barred boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT guard.viewer_is_platform() OR login = 0 THEN  -- 0 is the command line: it stays
        RAISE insufficient_privilege USING MESSAGE = 'only an owner of the platform may do this';
    END IF;
    INSERT INTO ar.platform_person AS p (person_id, active) VALUES (login, owner)
        ON CONFLICT (person_id) DO UPDATE SET active = excluded.active WHERE p.active <> excluded.active;
    IF barred THEN
        INSERT INTO ar.barred_person (person_id) VALUES (login) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM ar.barred_person b WHERE b.person_id = login;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION guard.standing()
RETURNS TABLE (person_id bigint, owner boolean, barred boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF guard.viewer_is_platform() THEN
        RETURN QUERY SELECT COALESCE(p.person_id, b.person_id), COALESCE(p.active, false), b.person_id IS NOT NULL
            FROM ar.platform_person p FULL JOIN ar.barred_person b USING (person_id)
            WHERE COALESCE(p.person_id, b.person_id) <> 0;
    END IF;
END $$;

-- THE AUDIT TRAIL. Only this function adds to it: who and when are stamped, not believed.
CREATE OR REPLACE FUNCTION guard.record(action text, detail jsonb, origin text, org bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    viewer  record;
    written bigint;
BEGIN
    SELECT * INTO viewer FROM guard.verified_viewer();
    IF viewer.kind = 'platform' THEN
        PERFORM guard.viewer_is_platform();
        viewer.org_id := org;
    ELSIF viewer.org_id IS NULL
       OR guard.kind_of(viewer.org_id, viewer.person_id) IS DISTINCT FROM viewer.kind THEN
        RAISE insufficient_privilege USING MESSAGE = 'an entry of the audit trail needs a viewer';
    END IF;
    INSERT INTO ar.audit_event (org_id, at, person_id, action, detail, origin)
    VALUES (viewer.org_id, clock_timestamp(), viewer.person_id, action, detail, origin) RETURNING id INTO written;
    RETURN written;
END $$;

-- What happened at the door to a login, in the trail of each organisation it belongs to, or of one.
CREATE OR REPLACE FUNCTION guard.record_at_door(login bigint, action text, detail jsonb, origin text, only_org bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH written AS (
        INSERT INTO ar.audit_event (org_id, at, person_id, action, detail, origin)
        SELECT m.org_id, clock_timestamp(), login, action, detail, origin FROM ar.membership m
        WHERE m.person_id = login AND m.active AND (m.until IS NULL OR m.until > now())
          AND m.role NOT IN ('console', 'service') AND (only_org IS NULL OR m.org_id = only_org)
        ORDER BY m.org_id RETURNING 1)
    SELECT count(*) FROM written
$$;

-- The last link of each organisation's chain. Whoever adds one waits here for the others.
CREATE TABLE IF NOT EXISTS guard.audit_head (
    org_id bigint PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL
);

-- What an entry's digest covers, besides the digest before it.
CREATE OR REPLACE FUNCTION guard.audit_text(event ar.audit_event) RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_array(event.org_id, event.id, extract(epoch FROM event.at), event.person_id, event.action,
                             event.origin, event.detail)::text
$$;

CREATE OR REPLACE FUNCTION guard.link_event(event ar.audit_event) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head   guard.audit_head;
    digest bytea;
BEGIN
    INSERT INTO guard.audit_head (org_id, seq, hash) VALUES (event.org_id, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM guard.audit_head h WHERE h.org_id = event.org_id FOR UPDATE;
    digest := sha256(head.hash || convert_to(guard.audit_text(event), 'UTF8'));
    INSERT INTO ar.audit_link (org_id, seq, event_id, hash) VALUES (event.org_id, head.seq + 1, event.id, digest);
    UPDATE guard.audit_head h SET seq = head.seq + 1, hash = digest WHERE h.org_id = event.org_id;
END $$;

-- Where the viewer's own chain ends, for admins: what checking it must arrive at.
CREATE OR REPLACE FUNCTION guard.audit_end(OUT seq bigint, OUT hash bytea)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org bigint := guard.viewer_org('admin');
BEGIN
    SELECT h.seq, h.hash INTO seq, hash FROM guard.audit_head h WHERE h.org_id = org;
END $$;

-- Fired as a transaction commits, so that nobody waits for another's long work.
CREATE OR REPLACE FUNCTION guard.link_audit() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM guard.link_event(NEW);
    RETURN NULL;
END $$;
GRANT EXECUTE ON FUNCTION guard.link_audit() TO duebook_owner;  -- who makes the trigger

-- Entries of releases that did not link them, for organisations without a chain.
CREATE OR REPLACE FUNCTION guard.link_older() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT guard.link_event(e) FROM (
        SELECT * FROM ar.audit_event WHERE org_id NOT IN (SELECT h.org_id FROM guard.audit_head h) ORDER BY org_id, id
    ) AS e
$$;

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

-- INVITATIONS, asked at the door with the secret of a link.
DROP FUNCTION IF EXISTS guard.invitation_by(text);
CREATE FUNCTION guard.invitation_by(secret text)
RETURNS TABLE (org_id bigint, slug text, organisation text, email text, name text, role text, may_dispute boolean,
               language text, inviter text, account text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, o.slug, o.name, i.email, i.name, i.role, i.may_dispute, i.language, p.name, c.name,
           CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.withdrawn_at IS NOT NULL OR o.suspended THEN 'withdrawn'
                WHEN i.declined_at IS NOT NULL THEN 'declined' WHEN i.expires_at <= now() THEN 'expired'
                ELSE 'pending' END
    FROM ar.invitation i JOIN ar.org o ON o.org_id = i.org_id
    JOIN ar.person p ON p.org_id = i.org_id AND p.id = i.invited_by
    LEFT JOIN ar.customer c ON c.org_id = i.org_id AND c.id = i.customer_id
    WHERE i.hash = sha256(convert_to(secret, 'UTF8'))
$$;

-- The same, held until the transaction ends: of many clicks at once, one goes on while it is pending.
CREATE OR REPLACE FUNCTION guard.hold_invitation(secret text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM ar.invitation i WHERE i.hash = sha256(convert_to(secret, 'UTF8')) FOR UPDATE;
    RETURN (SELECT i.state FROM guard.invitation_by(secret) i);
END $$;

-- Makes a login belong where the invitation says. Answers with the organisation's slug.
CREATE OR REPLACE FUNCTION guard.accept_invitation(secret text, login bigint, known_as text, address text, origin text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked   ar.invitation;
    held    ar.membership;
BEGIN
    IF guard.hold_invitation(secret) IS DISTINCT FROM 'pending' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the invitation is not pending';
    END IF;
    SELECT * INTO asked FROM ar.invitation i WHERE i.hash = sha256(convert_to(secret, 'UTF8'));
    SELECT * INTO held FROM ar.membership m WHERE m.org_id = asked.org_id AND m.person_id = login FOR UPDATE;
    -- Who was deactivated comes back by what was sent to them since, not by a link of another address from before.
    IF NOT held.active AND lower(asked.email) <> lower(address) THEN
        RAISE insufficient_privilege USING MESSAGE = 'the invitation is not pending';
    END IF;
    INSERT INTO ar.person (org_id, id, name, email) VALUES (asked.org_id, login, known_as, address)
        ON CONFLICT (org_id, id) DO NOTHING;
    IF held.id IS NULL THEN
        INSERT INTO ar.membership (org_id, person_id, role) VALUES (asked.org_id, login, asked.role);
    ELSIF held.active AND held.role IN ('admin', 'member') AND asked.role = 'client' THEN
        RAISE unique_violation USING MESSAGE = 'a person who works here cannot become a client';
    ELSIF NOT held.active OR held.role <> 'admin' THEN  -- an admin stays one
        UPDATE ar.membership m SET role = asked.role, active = true, until = NULL
        WHERE m.org_id = asked.org_id AND m.person_id = login;
    END IF;
    IF NOT held.active THEN  -- who comes back speaks for what the invitation names, for nothing from before
        DELETE FROM ar.client_link l WHERE l.org_id = asked.org_id AND l.person_id = login;
    END IF;
    IF asked.customer_id IS NOT NULL THEN
        INSERT INTO ar.client_link (org_id, person_id, customer_id, may_dispute)
        VALUES (asked.org_id, login, asked.customer_id, asked.may_dispute)
            ON CONFLICT (org_id, person_id, customer_id) DO UPDATE SET may_dispute = excluded.may_dispute;
    END IF;
    UPDATE ar.invitation i SET accepted_at = now(), accepted_by = login WHERE i.org_id = asked.org_id AND i.id = asked.id;
    INSERT INTO ar.audit_event (org_id, at, person_id, action, detail, origin)
    VALUES (asked.org_id, clock_timestamp(), login, 'invitation accepted',
            jsonb_build_object('invitation', asked.id, 'email', asked.email, 'role', asked.role), origin);
    RETURN (SELECT o.slug FROM ar.org o WHERE o.org_id = asked.org_id);
END $$;

CREATE OR REPLACE FUNCTION guard.decline_invitation(secret text, origin text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked ar.invitation;
BEGIN
    IF guard.hold_invitation(secret) IS DISTINCT FROM 'pending' THEN
        RETURN false;
    END IF;
    UPDATE ar.invitation i SET declined_at = now() WHERE i.hash = sha256(convert_to(secret, 'UTF8')) RETURNING * INTO asked;
    INSERT INTO ar.audit_event (org_id, at, person_id, action, detail, origin)
    VALUES (asked.org_id, clock_timestamp(), 0, 'invitation declined',
            jsonb_build_object('invitation', asked.id, 'email', asked.email, 'role', asked.role), origin);
    RETURN true;
END $$;

-- A login goes by another name or address: every organisation it belongs to sees it, none that it has left.
CREATE OR REPLACE FUNCTION guard.rename_person(login bigint, known_as text, address text) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH renamed AS (
        UPDATE ar.person p SET name = known_as, email = address
        WHERE p.id = login AND (p.name, p.email) IS DISTINCT FROM (known_as, address)
          AND EXISTS (SELECT FROM ar.membership m WHERE m.org_id = p.org_id AND m.person_id = login
                      AND m.active AND (m.until IS NULL OR m.until > now())) RETURNING 1)
    SELECT count(*) FROM renamed
$$;

-- Whom a token of a service makes its bearer. Its last use is kept to the minute.
DROP FUNCTION IF EXISTS guard.token_viewer(text, text);
CREATE FUNCTION guard.token_viewer(token text, origin text)
RETURNS TABLE (org_id bigint, person_id bigint, kind text, slug text, scopes text[], name text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE ar.api_token t SET last_used_at = now(), last_used_from = origin
    WHERE t.hash = sha256(convert_to(token, 'UTF8')) AND guard.kind_of(t.org_id, t.person_id) LIKE 'service%'
      AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute');
    RETURN QUERY SELECT t.org_id, t.person_id, k.kind, o.slug, t.scopes, t.name
        FROM ar.api_token t JOIN ar.org o ON o.org_id = t.org_id
        CROSS JOIN LATERAL guard.kind_of(t.org_id, t.person_id) AS k (kind)
        WHERE t.hash = sha256(convert_to(token, 'UTF8')) AND k.kind LIKE 'service%';  -- never a person's
END $$;

-- How an organisation's own people sign in elsewhere.
CREATE OR REPLACE FUNCTION guard.identity_provider_of(wanted text)
RETURNS TABLE (org_id bigint, slug text, name text, issuer text, client_id text, sealed_secret bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.org_id, o.slug, p.name, p.issuer, p.client_id, p.sealed_secret
    FROM ar.identity_provider p JOIN ar.org o ON o.org_id = p.org_id
    WHERE o.slug = wanted AND NOT o.suspended
$$;
