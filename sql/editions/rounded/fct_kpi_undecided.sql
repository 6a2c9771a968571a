-- Exact counts of records: not public.
SELECT
    kpi_id,
    authority_code,
    team_code,
    reporting_month,
    undecided
FROM exact.warehouse.fct_kpi_undecided
WHERE false
