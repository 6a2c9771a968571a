-- A share or ratio of few has no value, and nothing is computed from one.
UPDATE warehouse.fct_kpi_month
SET value = NULL, value_rounded = NULL
WHERE denominator < limit_of('fewest_of_a_share');

UPDATE warehouse.fct_kpi_window
SET value = NULL, value_rounded = NULL
WHERE denominator < limit_of('fewest_of_a_share');
