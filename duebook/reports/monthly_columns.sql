-- What is read of a row of the monthly report, whatever it is sorted by.
c.id, c.account_number, c.name, y.code, y.exponent,
       ARRAY[a.owed_0, a.owed_1, a.owed_2, a.owed_3, a.owed_4, a.owed_5, a.owed_6, a.owed_7, a.owed_8, a.owed_9, a.owed_10,
             a.owed_11, a.owed_12] AS owed,
       ARRAY[a.count_1, a.count_2, a.count_3, a.count_4, a.count_5, a.count_6, a.count_7, a.count_8, a.count_9, a.count_10,
             a.count_11, a.count_12] AS counts,
       ARRAY[a.amount_1, a.amount_2, a.amount_3, a.amount_4, a.amount_5, a.amount_6, a.amount_7, a.amount_8, a.amount_9,
             a.amount_10, a.amount_11, a.amount_12] AS amounts,
       a.oldest_order
