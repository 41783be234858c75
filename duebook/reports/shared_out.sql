-- What links without an amount give to orders, of one account and currency on one day. A line per link in the order in
-- which it is given: which order, which invoice (numbered from 1), what is not invoiced of the order yet, what is left of
-- the invoice. Answers with what each order gets, by its number. Re-applied on each migrate.
CREATE OR REPLACE FUNCTION ar.shared_out(orders bigint[], invoices bigint[], rests bigint[], leaves bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    given bigint[] := '{}';
    taken bigint[] := '{}';
    part  bigint;
BEGIN
    FOR at IN 1 .. cardinality(orders) LOOP
        part := LEAST(leaves[at] - COALESCE(taken[invoices[at]], 0), rests[at] - COALESCE(given[orders[at]], 0));
        given[orders[at]] := COALESCE(given[orders[at]], 0) + part;
        taken[invoices[at]] := COALESCE(taken[invoices[at]], 0) + part;
    END LOOP;
    RETURN given;
END $$;
REVOKE ALL ON FUNCTION ar.shared_out(bigint[], bigint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ar.shared_out(bigint[], bigint[], bigint[], bigint[])
    TO duebook_admin, duebook_member, duebook_member_all, duebook_client, duebook_service, duebook_service_read, duebook_rollup;
