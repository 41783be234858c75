-- Which rows of ar.customer_aging (a) a filter and a search mean, on whatever day.
a.org_id = %(org)s AND a.is_listed
      AND (%(currency)s = '' OR a.currency = %(currency)s)
      AND (%(active)s::boolean IS NULL OR a.is_active = %(active)s)
      AND (%(only)s::bigint[] IS NULL OR a.customer_id = ANY (%(only)s))
      AND (%(without)s::bigint[] IS NULL OR a.customer_id <> ALL (%(without)s))
