-- Collection Priority in tenths, 0 to 100: docs/collection-priority.md. Re-applied on each migrate.
-- Whole numbers throughout, so that reports/priority.py says the same to the last digit. Ratios are in
-- 65536ths, days_overdue in ten thousandths of a day, typical_halves is twice the typical amount.
-- weights: points of a typical account of which nothing is late and points per doubling, in hundredths;
-- then by how much an account counts for more when all of it is late, older than 30, 60 and 90 days,
-- 120 days late on average, in ten or more invoices, in hundredths.
CREATE OR REPLACE FUNCTION ar.priority_score(
    outstanding bigint, past_due bigint, over_30 bigint, over_60 bigint, over_90 bigint, days_overdue bigint,
    open_count bigint, past_due_count bigint, typical_halves bigint,
    weights bigint[] DEFAULT '{328,75,0,220,170,0,15,10}') RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    owed   numeric;
    size   bigint;
    late   bigint;
    whole  bigint;
BEGIN
    IF outstanding <= 0 OR typical_halves IS NULL THEN
        RETURN 0;
    END IF;
    owed := outstanding;
    -- how many times the typical amount, at most 44
    size := LEAST(div(owed * 131072, typical_halves), 2883584);
    size := GREATEST(size, 1);
    late := 65536 + past_due_count * 65536 / GREATEST(open_count, 1) * (
        weights[3] * div(LEAST(past_due, outstanding) * 65536::numeric, owed)::bigint
        + weights[4] * div(LEAST(over_30, outstanding) * 65536::numeric, owed)::bigint
        + weights[5] * div(LEAST(over_60, outstanding) * 65536::numeric, owed)::bigint
        + weights[6] * div(LEAST(over_90, outstanding) * 65536::numeric, owed)::bigint
        + weights[7] * (LEAST(days_overdue, 1200000) * 65536 / 1200000)
        + weights[8] * (LEAST(open_count, 10) * 65536 / 10)) / 6553600;
    -- doublings, between two of them in proportion
    whole := width_bucket(size, '{2,4,8,16,32,64,128,256,512,1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576,2097152}'::bigint[]);
    size := (whole - 17) * 65536 + ((size << 16) >> whole::int);
    whole := width_bucket(late, '{131072,262144,524288,1048576,2097152,4194304}'::bigint[]);
    late := (whole - 1) * 65536 + (late >> whole::int);
    RETURN LEAST(GREATEST(weights[1] * 65536 + weights[2] * (size + late) + 5 * 65536, 0) / 655360, 100);
END $$;
REVOKE ALL ON FUNCTION ar.priority_score(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ar.priority_score(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[])
    TO duebook_admin, duebook_member, duebook_member_all, duebook_rollup;
