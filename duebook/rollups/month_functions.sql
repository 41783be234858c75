-- Twelve months of each account, kept per window. Re-applied on each migrate; in turns with the days of functions.sql, by
-- the same lock.
--
-- A window is whole in ar.customer_month when it stands in ar.org_window, and right for facts until the day named there.
-- It rolls with that day: only accounts are looked at again of which something is known that was to come.

-- The rows of some accounts (NULL: all) in the window that ends on a day. Only rows that differ are written.
CREATE OR REPLACE FUNCTION rollup.add_up_months(org bigint, until date, customers bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    begins CONSTANT date[] := ARRAY(SELECT (date_trunc('month', until) - make_interval(months => 11 - at))::date
                                    FROM generate_series(0, 11) AS at ORDER BY at) || (until + 1);
    ends   CONSTANT date[] := ARRAY(SELECT b.day - 1 FROM unnest(begins[2:13]) WITH ORDINALITY AS b (day, at) ORDER BY b.at);
BEGIN
    PERFORM set_config('work_mem', '128MB', true), set_config('jit', 'off', true);
    IF customers IS NULL THEN  -- joined by hashing, as in rollup.age
        PERFORM set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true);
    END IF;
    EXECUTE $query${months}$query$ USING org, until, customers, ends, begins;
END $$;

-- These accounts have changed. Many: the windows of today and later are worked out anew as a whole, past ones forgotten.
CREATE OR REPLACE FUNCTION rollup.refresh_months(org bigint, customers bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept ar.org_window;
BEGIN
    IF customers IS NULL THEN
        PERFORM rollup.forget_months(org, array_agg(w.month)) FROM ar.org_window w
        WHERE w.org_id = org AND w.month < date_trunc('month', rollup.today(org));
    END IF;
    FOR kept IN SELECT * FROM ar.org_window w WHERE w.org_id = org ORDER BY w.month LOOP
        PERFORM rollup.add_up_months(org, kept.until, customers);
    END LOOP;
END $$;

-- See to it that the window that ends on a day is there. Answers whether anything had to be worked out. One that has just
-- rolled to the next day stays as it is: who still asks for the day before asks again. Where that day has come back, as
-- with another time zone, the window goes back, too.
CREATE OR REPLACE FUNCTION rollup.ensure_months(wanted date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org   bigint := rollup.take_turn();
    first CONSTANT date := date_trunc('month', wanted)::date;
    held  ar.org_window;
    moved bigint[];
BEGIN
    SELECT * INTO held FROM ar.org_window w WHERE w.org_id = org AND w.month = first;
    IF held.until = wanted OR held.until = wanted + 1 AND rollup.today(org) > wanted THEN
        RETURN false;
    END IF;
    INSERT INTO ar.org_window (org_id, month, until) VALUES (org, first, wanted)
    ON CONFLICT (org_id, month) DO UPDATE SET until = excluded.until;
    IF held.until < wanted THEN
        moved := ARRAY(SELECT DISTINCT m.customer_id FROM ar.customer_month m
                       WHERE m.org_id = org AND m.month = first AND m.changes_on <= wanted LIMIT 5001);
        IF cardinality(moved) = 0 THEN
            RETURN false;
        END IF;
    END IF;
    PERFORM rollup.add_up_months(org, wanted, CASE WHEN cardinality(moved) <= 5000 THEN moved END);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION rollup.forget_months(org bigint, months date[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM ar.org_window w WHERE w.org_id = org AND w.month = ANY (months);
    DELETE FROM ar.customer_month m WHERE m.org_id = org AND m.month = ANY (months);
END $$;

-- Keep the windows wanted and, of the others, the latest made; forget the rest.
CREATE OR REPLACE FUNCTION rollup.keep_months(wanted date[], others bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    org bigint := rollup.take_turn();
BEGIN
    PERFORM rollup.forget_months(org, array_agg(o.month)) FROM (
        SELECT w.month FROM ar.org_window w WHERE w.org_id = org AND w.month <> ALL (wanted)
        ORDER BY w.made_at DESC, w.month OFFSET others) AS o;
END $$;

GRANT EXECUTE ON FUNCTION rollup.ensure_months(date), rollup.keep_months(date[], bigint) TO duebook_admin, duebook_member,
    duebook_member_all, duebook_service, duebook_service_read;
