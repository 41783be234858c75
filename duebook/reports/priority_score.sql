-- Collection Priority in tenths, 0 to 100: docs/collection-priority.md explains it. Re-applied on each migrate.
-- Whole numbers throughout, so that reports/priority.py says the same to the last digit: ratios in 65536ths,
-- days_overdue in ten thousandths of a day, typical_halves twice the typical amount, weights in hundredths
-- (reports/priority.py names them).
DROP FUNCTION IF EXISTS ar.priority_score(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[]);
CREATE FUNCTION ar.priority_score(
    outstanding bigint, past_due bigint, over_30 bigint, over_60 bigint, over_90 bigint, days_overdue bigint,
    open_count bigint, past_due_count bigint, typical_halves bigint,
    own_weights bigint[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- without weights of its own, those of this release
    weights CONSTANT bigint[] := COALESCE(own_weights, '{480,75,110,15,100,300,25,20,10}');
    ratios  CONSTANT bigint[] := CAST('{2,4,8,16,32,64,128,256,512,1024,2048,4096,8192,16384,32768,65536,131072,262144,
        524288,1048576,2097152,4194304,8388608,16777216,33554432,67108864,134217728,268435456}' AS bigint[]);
    fits    CONSTANT boolean := outstanding < 70368744177664;  -- 2 to the 46: 131072 times as much is a bigint as well
    owed    CONSTANT numeric := CASE WHEN NOT fits THEN outstanding END;
    five    CONSTANT bigint := weights[1] * 65536 / 100;
    size    bigint;
    broadly bigint;
    late    bigint;
    above   bigint;
BEGIN
    IF outstanding <= 0 OR typical_halves IS NULL THEN
        RETURN 0;
    END IF;
    -- Typical amounts owed; size alone never says act now.
    size := GREATEST(CASE WHEN fits THEN LEAST(outstanding * 131072 / typical_halves, 8 * five)
                     ELSE LEAST(div(owed * 131072, typical_halves), 8 * five)::bigint END, 1);
    -- What is long overdue counts in full when all open invoices are late, and not when half are.
    broadly := GREATEST(2 * (past_due_count * 65536 / GREATEST(open_count, 1)) - 65536, 0);
    late := 65536 + (65536 * weights[4] * CASE WHEN fits THEN LEAST(past_due, outstanding) * 65536 / outstanding
                                          ELSE div(LEAST(past_due, outstanding) * 65536::numeric, owed)::bigint END
        + broadly * (weights[5] * CASE WHEN fits THEN LEAST(over_30, outstanding) * 65536 / outstanding
                                  ELSE div(LEAST(over_30, outstanding) * 65536::numeric, owed)::bigint END
                     + weights[6] * CASE WHEN fits THEN LEAST(over_60, outstanding) * 65536 / outstanding
                                    ELSE div(LEAST(over_60, outstanding) * 65536::numeric, owed)::bigint END
                     + weights[8] * (LEAST(days_overdue, 1200000) * 65536 / 1200000)
                     + weights[9] * (LEAST(open_count, 10) * 65536 / 10))
        + 65536 * weights[7] * CASE WHEN fits THEN LEAST(over_90, outstanding) * 65536 / outstanding
                               ELSE div(LEAST(over_90, outstanding) * 65536::numeric, owed)::bigint END) / 6553600;
    -- How often the amount that gives five points is doubled; between two doublings, in proportion.
    above := (width_bucket(size, ratios) + width_bucket(late, ratios) - 17 - width_bucket(five, ratios)) * 65536
        + ((size << 16) >> width_bucket(size, ratios)) + ((late << 16) >> width_bucket(late, ratios))
        - ((five << 16) >> width_bucket(five, ratios));
    RETURN LEAST(GREATEST(500 * 65536 + weights[CASE WHEN above >= 0 THEN 2 ELSE 3 END] * above + 5 * 65536, 0) / 655360, 100);
END $$;
REVOKE ALL ON FUNCTION ar.priority_score(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ar.priority_score(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint[])
    TO duebook_admin, duebook_member, duebook_member_all, duebook_rollup;
