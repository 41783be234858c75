-- Fresh statistics after a large batch: without them the planner takes a full table for an empty one.
-- Owned by the tables' owner, because only an owner may ANALYZE. Re-applied on each migrate.
CREATE OR REPLACE FUNCTION ar.refresh_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    ANALYZE ar.customer, ar.document, ar.allocation, ar.settlement, ar.dispute, ar.customer_aging;
END $$;
REVOKE ALL ON FUNCTION ar.refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ar.refresh_statistics() TO duebook_admin, duebook_service;
