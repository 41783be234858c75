-- What accounts of a currency typically owe, as the collection priorities of a day have it; kept doubled, so that a
-- median between two amounts is a whole number.
SELECT t.halves * y.unit / 2 FROM ar.typical_amount t JOIN ar.currency y ON y.code = t.currency
WHERE t.org_id = %(org)s AND t.day = %(as_of)s AND t.currency = %(currency)s
