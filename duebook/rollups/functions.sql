-- Customer aging, kept per day. Re-applied on each migrate. Everybody may ask for it to be right and nobody may
-- write it: these run as duebook_rollup, whose policies let it read and write the viewer's organisation alone.
--
-- A day is whole in ar.customer_aging when it stands in ar.org_day. Today's rows, and tomorrow's, are kept sorted
-- (is_sorted) for the list; past days are made sooner and changed for less without. Whoever changes facts refreshes the accounts
-- concerned on all these days, in the same transaction and last. Whoever makes a day and whoever refreshes take
-- turns (one lock per organisation, held until the end of the transaction): a day that is made sees all that was
-- refreshed before, and who refreshes later sees the day.

CREATE OR REPLACE FUNCTION rollup.take_turn() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org bigint := guard.viewer_organisation();
BEGIN
    IF org IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'rollups need a viewer';
    END IF;
    -- What others have just committed must be seen; an older snapshot would not.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING MESSAGE = 'rollups are worked out in a READ COMMITTED transaction';
    END IF;
    PERFORM pg_advisory_xact_lock(7238525, org::int);
    RETURN org;
END $$;

-- The organisation's own day, which pages show.
CREATE OR REPLACE FUNCTION rollup.today(org bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(o.today_fixed, (now() AT TIME ZONE o.timezone)::date) FROM ar.org o WHERE o.org_id = org
$$;

-- A sum in bigints. sum() itself ends in a numeric, which costs more than the sum where a hundred thousand are made.
CREATE OR REPLACE AGGREGATE rollup.total(bigint) (SFUNC = pg_catalog.int8pl, STYPE = bigint, INITCOND = '0');

-- All rows of a day that is not kept yet, and its totals. With scores, if they are wanted.
CREATE OR REPLACE FUNCTION rollup.make_day(org bigint, at date, scored boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    everybody CONSTANT bigint[] := NULL;
    nothing   CONSTANT ar.day_total[] := NULL;
BEGIN
    PERFORM set_config('work_mem', '128MB', true), set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true);
    INSERT INTO ar.org_day (org_id, day, is_scored, is_sorted) VALUES (org, at, scored, at >= rollup.today(org));
    EXECUTE $query${whole}$query$ USING org, at, everybody, scored;
    PERFORM set_config('enable_sort', 'off', true);  -- these rows are so new that they are taken for one
    EXECUTE $query${totals}$query$ USING org, at, everybody, nothing;
    PERFORM set_config('enable_sort', 'on', true);
END $$;

-- The rows of some accounts (NULL: all) on one day, and the day's totals. Only rows that differ are written.
CREATE OR REPLACE FUNCTION rollup.age(org bigint, at date, customers bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before ar.day_total[];
BEGIN
    PERFORM set_config('work_mem', '128MB', true), set_config('jit', 'off', true);
    IF customers IS NULL THEN  -- joined by hashing: nothing is known of how much comes out of the documents
        PERFORM set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true);
        SELECT array_agg(t) INTO before FROM ar.day_total t WHERE t.org_id = org AND t.day = at;
    ELSE
        EXECUTE $query$SELECT array_agg(s::ar.day_total) FROM ({sums}) AS s$query$ INTO before USING org, at, customers;
    END IF;
    EXECUTE $query${age}$query$ USING org, at, customers;
    EXECUTE $query${totals}$query$ USING org, at, customers, before;
END $$;

-- What all listed rows of some days add up to, for those who see all of them.
CREATE OR REPLACE FUNCTION rollup.totals(days date[]) RETURNS SETOF ar.day_total
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.* FROM ar.day_total t WHERE t.org_id = (SELECT guard.viewer_organisation()) AND t.day = ANY (days) AND t.accounts > 0
$$;

-- The currencies of all listed rows of a day: in which of them a member has any, the member's own rows tell.
CREATE OR REPLACE FUNCTION rollup.currencies(at date) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT t.currency FROM ar.day_total t
    WHERE t.org_id = (SELECT guard.viewer_organisation()) AND t.day = at AND t.accounts > 0
$$;

-- The typical amounts of a day, and of every account the score that follows from them.
CREATE OR REPLACE FUNCTION rollup.score(org bigint, at date) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE $query${typical}$query$ USING org, at;
    EXECUTE $query${score}$query$ USING org, at;
    UPDATE ar.org_day d SET is_scored = true WHERE d.org_id = org AND d.day = at AND NOT d.is_scored;
END $$;

-- These accounts have changed: put them right on every day that is kept. Scores of other days than today wait
-- until somebody asks for them. NULL, or many: today is worked out anew as a whole, the other days when asked for.
CREATE OR REPLACE FUNCTION rollup.refresh(customers bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org   bigint := rollup.take_turn();
    today date := rollup.today(org);
    kept  date;
BEGIN
    IF customers IS NULL THEN
        PERFORM rollup.forget(org, array_agg(d.day)) FROM ar.org_day d WHERE d.org_id = org AND d.day <> today;
    END IF;
    IF customers IS NULL AND NOT EXISTS (SELECT FROM ar.org_day d WHERE d.org_id = org) THEN
        PERFORM rollup.make_day(org, today, true);
        PERFORM rollup.refresh_months(org, customers);
        RETURN;
    END IF;
    FOR kept IN SELECT d.day FROM ar.org_day d WHERE d.org_id = org ORDER BY d.day LOOP
        PERFORM rollup.age(org, kept, customers);
        IF kept = today THEN
            PERFORM rollup.score(org, kept);
        ELSE
            UPDATE ar.org_day d SET is_scored = false WHERE d.org_id = org AND d.day = kept AND d.is_scored;
        END IF;
    END LOOP;
    PERFORM rollup.refresh_months(org, customers);
END $$;

-- See to it that a day is there, with its scores when they are wanted. Answers whether it had to be worked out.
CREATE OR REPLACE FUNCTION rollup.ensure(wanted date, scored boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org  bigint := rollup.take_turn();
    held ar.org_day;
BEGIN
    SELECT * INTO held FROM ar.org_day d WHERE d.org_id = org AND d.day = wanted;
    IF held.day IS NULL THEN
        PERFORM rollup.make_day(org, wanted, scored);
    ELSIF held.is_scored OR NOT scored THEN
        RETURN false;
    ELSE
        PERFORM rollup.score(org, wanted);
    END IF;
    RETURN true;
END $$;

-- Remove what is kept of some days.
CREATE OR REPLACE FUNCTION rollup.forget(org bigint, days date[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM ar.org_day d WHERE d.org_id = org AND d.day = ANY (days);
    DELETE FROM ar.typical_amount t WHERE t.org_id = org AND t.day = ANY (days);
    DELETE FROM ar.day_total t WHERE t.org_id = org AND t.day = ANY (days);
    DELETE FROM ar.customer_aging a WHERE a.org_id = org AND a.day = ANY (days);
END $$;

-- Keep the days wanted and, of the others, the latest made; forget the rest.
CREATE OR REPLACE FUNCTION rollup.keep(wanted date[], others bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org bigint := rollup.take_turn();
BEGIN
    PERFORM rollup.forget(org, array_agg(o.day)) FROM (
        SELECT d.day FROM ar.org_day d WHERE d.org_id = org AND d.day <> ALL (wanted)
        ORDER BY d.made_at DESC, d.day OFFSET others) AS o;
END $$;

-- Every kept day and window from the documents, as a whole: what checking compares with and rebuilding leaves.
CREATE OR REPLACE FUNCTION rollup.rebuild() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org   bigint := rollup.take_turn();
    kept  ar.org_day;
    built ar.org_window;
BEGIN
    PERFORM rollup.ensure(rollup.today(org), true);
    FOR kept IN SELECT * FROM ar.org_day d WHERE d.org_id = org ORDER BY d.day LOOP
        PERFORM rollup.age(org, kept.day, NULL);
        IF kept.is_scored THEN
            PERFORM rollup.score(org, kept.day);
        END IF;
    END LOOP;
    FOR built IN SELECT * FROM ar.org_window w WHERE w.org_id = org ORDER BY w.month LOOP
        PERFORM rollup.add_up_months(org, built.until, NULL);
    END LOOP;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA rollup FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rollup.refresh(bigint[]) TO duebook_guard, duebook_admin, duebook_member, duebook_member_all, duebook_client,
    duebook_service;
GRANT EXECUTE ON FUNCTION rollup.ensure(date, boolean), rollup.keep(date[], bigint) TO duebook_admin, duebook_member,
    duebook_member_all, duebook_service, duebook_service_read;
GRANT EXECUTE ON FUNCTION rollup.totals(date[]) TO duebook_admin, duebook_member_all, duebook_service, duebook_service_read;
GRANT EXECUTE ON FUNCTION rollup.currencies(date) TO duebook_admin, duebook_member, duebook_member_all, duebook_service,
    duebook_service_read;
GRANT EXECUTE ON FUNCTION rollup.rebuild() TO duebook_admin;
