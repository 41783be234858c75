-- What is asked at the door, where nobody is a viewer yet. Re-applied on each migrate, after guard.sql.

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
