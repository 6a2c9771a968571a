-- One row an obligation, as a KPI counts it: in the month in which it fell due, in time where it was met by then.
SELECT
    kind,
    authority_code,
    team_code,
    strftime(due_date, '%Y-%m') AS reporting_month,
    child_id,
    opened_by AS record_key,
    excluded_because IS NULL AND status IN ('met', 'late', 'missed') AS is_counted,
    one_or_zero(CASE WHEN is_counted THEN status = 'met' END) AS numerator,
    one_if(is_counted) AS denominator,
    concat_ws(', ', concat('due ', due_date), concat_ws(' ', status, met_date), excluded_because) AS reason
FROM warehouse.fct_obligation
