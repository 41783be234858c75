-- Every act on many accounts has an outcome for each of them, those that are done at once, too.
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = '60s';
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.bulk_act DROP CONSTRAINT bulk_act_act_check;
ALTER TABLE ar.bulk_act ADD CONSTRAINT bulk_act_act_check
    CHECK (act IN ('invite', 'resend', 'assign', 'share', 'unshare', 'note')) NOT VALID;
ALTER TABLE ar.bulk_act ADD COLUMN whom text NOT NULL DEFAULT '';  -- the owner, or with whom it is shared, by name
ALTER TABLE ar.bulk_act ALTER COLUMN whom SET STATISTICS 0;
-- squawk-ignore ban-drop-constraint
ALTER TABLE ar.bulk_outcome DROP CONSTRAINT bulk_outcome_outcome_check;
ALTER TABLE ar.bulk_outcome ADD CONSTRAINT bulk_outcome_outcome_check
    CHECK (outcome IN ('waiting', 'writing', 'sent', 'done', 'skipped')) NOT VALID;
