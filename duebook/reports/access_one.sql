-- One row: the customer asked for.
WITH page AS (
    SELECT c.id, c.account_number, c.name, i.owner_id FROM ar.customer c
    LEFT JOIN ar.customer_internal i ON i.org_id = %(org)s AND i.customer_id = c.id
    WHERE c.org_id = %(org)s AND c.id = %(customer)s
)
{access_shown}
