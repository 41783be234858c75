-- Which rows of ar.customer_month (a) a question means. Whether they are rows of debt or of open orders, and which flags they
-- must have, monthly_page.py fills in.
a.org_id = %(org)s AND a.month = %(month)s
      AND (%(currency)s = '' OR a.currency = %(currency)s)
      AND (%(only)s::bigint[] IS NULL OR a.customer_id = ANY (%(only)s))
      AND ([kept])
