SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    value,
    points,
    is_trial,
    mean,
    lower_limit,
    upper_limit,
    signals,
    variation,
    target,
    assurance
FROM warehouse.fct_kpi_chart
