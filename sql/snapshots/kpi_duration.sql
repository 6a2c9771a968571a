SELECT
    durations.authority_code,
    durations.reporting_month,
    durations.window_months,
    durations.first_month,
    durations.kpi_id,
    kpis.title,
    durations.team_code,
    kpis.unit,
    durations.durations,
    durations.lower_quartile,
    durations.median,
    durations.upper_quartile,
    durations.mean,
    durations.still_open
FROM warehouse.fct_kpi_duration AS durations
INNER JOIN warehouse.dim_kpi AS kpis ON durations.kpi_id = kpis.kpi_id
