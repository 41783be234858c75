-- The latest run that said the same, had nothing to object to, and since which the ledger has stood still: no other
-- file of its kind beside it, no later batch, no undoing and nobody's hand wrote anything. (When something was undone
-- is when it was asked for, which is somewhat before; a day is plenty.)
SELECT p.id, p.counts, p.rests_on, p.counts ?| ARRAY['new', 'changed']
FROM ar.ingest_run p
WHERE p.org_id = %(org)s AND p.says = %(says)s AND p.undone_at IS NULL AND p.seconds IS NOT NULL
  AND NOT p.counts ?| ARRAY['invalid', 'stale']
  AND NOT EXISTS (
      SELECT FROM ar.ingest_run l
      WHERE l.org_id = %(org)s AND l.id > p.id AND (l.batch_id IS DISTINCT FROM p.batch_id OR l.kind = p.kind)
        AND (l.counts ?| ARRAY['new', 'changed', 'deleted'] OR l.closed > 0))
  AND NOT EXISTS (
      SELECT FROM ar.ingest_run u
      WHERE u.org_id = %(org)s AND u.undone_at > p.started_at - interval '1 day')
  AND NOT EXISTS (
      SELECT FROM ar.document h
      WHERE h.org_id = %(org)s AND h.run_id IS NULL AND h.recorded_at > p.started_at - interval '1 day')
ORDER BY p.id DESC
LIMIT 1
