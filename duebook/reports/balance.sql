-- What is left of a document d on a day on which it is neither ahead nor closed for good. Only those in the middle of being
-- settled need their allocations: before the first one it is the amount, after the last change it is stored.
CASE WHEN d.first_allocated_on > %(as_of)s::date THEN d.amount
     WHEN d.last_changed_on <= %(as_of)s::date THEN d.open_amount
     WHEN d.class = 'charge' THEN d.amount - COALESCE((
         SELECT sum(a.amount)::bigint FROM ar.allocation a
         WHERE a.org_id = %(org)s AND a.charge_id = d.id AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
     ELSE d.amount - COALESCE((
         SELECT sum(a.amount)::bigint FROM ar.allocation a
         WHERE a.org_id = %(org)s AND a.source_id = d.id AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date), 0)
END
