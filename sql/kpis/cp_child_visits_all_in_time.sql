-- A visit that is left out is none of the child's. The team is that of the visit that fell due last.
SELECT
    authority_code,
    arg_max(team_code, (due_date, team_code)) AS team_code,
    strftime(due_date, '%Y-%m') AS reporting_month,
    child_id,
    child_id AS record_key,
    one_or_zero(bool_and(status = 'met')) AS numerator,
    cast(1 AS DECIMAL(18, 2)) AS denominator,
    concat(count(*) FILTER (WHERE status = 'met'), ' of ', count(*), ' visits in time') AS reason
FROM warehouse.fct_obligation
WHERE kind = 'cp_visit' AND excluded_because IS NULL AND status IN ('met', 'late', 'missed')
GROUP BY authority_code, child_id, strftime(due_date, '%Y-%m')
