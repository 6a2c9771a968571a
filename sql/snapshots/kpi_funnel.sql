SELECT
    authority_code,
    reporting_month,
    kpi_id,
    team_code,
    among,
    units,
    numerator,
    denominator,
    value,
    centre,
    lower_95,
    upper_95,
    lower_998,
    upper_998,
    position
FROM warehouse.fct_kpi_funnel
