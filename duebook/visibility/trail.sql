-- The platform and the audit trail. Re-applied on each migrate, after guard.sql.

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
