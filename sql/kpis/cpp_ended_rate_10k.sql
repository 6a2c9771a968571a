SELECT * EXCLUDE (kind)
FROM warehouse.fct_rate_of_year
WHERE kind = 'end of a plan'
