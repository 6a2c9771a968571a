-- One row a KPI of durations, authority, team (null: the whole authority), month and length of window: how many are
-- over, their quartiles and mean, and how many were still open at the month's end, which are in none of these.
-- grain: kpi_id, authority_code, team_code, reporting_month, window_months
WITH decided AS (
    SELECT records.*
    FROM warehouse.fct_kpi_duration_record AS records
    ANTI JOIN warehouse.fct_kpi_record_undecided AS undecided
        ON
            records.kpi_id = undecided.kpi_id
            AND records.authority_code = undecided.authority_code
            AND records.record_key = undecided.record_key
            AND records.reporting_month = undecided.reporting_month
),

of_team_and_all AS (
    SELECT
        team_code AS window_team_code,
        *
    FROM decided
    WHERE team_code IS NOT NULL
    UNION ALL
    SELECT
        NULL AS window_team_code,
        *
    FROM decided
)

SELECT
    windows.kpi_id,
    windows.authority_code,
    windows.team_code,
    windows.reporting_month,
    windows.window_months,
    windows.first_month,
    count(records.numerator) AS durations,
    cast(quantile_cont(records.numerator, 0.25) AS DOUBLE) AS lower_quartile,
    cast(median(records.numerator) AS DOUBLE) AS median,
    cast(quantile_cont(records.numerator, 0.75) AS DOUBLE) AS upper_quartile,
    windows.value AS mean,
    count(*) FILTER (WHERE records.is_open AND records.reporting_month = windows.reporting_month) AS still_open
FROM warehouse.fct_kpi_window AS windows
INNER JOIN warehouse.dim_kpi AS kpis ON windows.kpi_id = kpis.kpi_id AND kpis.unit IN ('days', 'weeks')
LEFT JOIN of_team_and_all AS records
    ON
        windows.kpi_id = records.kpi_id
        AND windows.authority_code = records.authority_code
        AND windows.team_code IS NOT DISTINCT FROM records.window_team_code
        AND records.reporting_month BETWEEN windows.first_month AND windows.reporting_month
GROUP BY
    windows.kpi_id,
    windows.authority_code,
    windows.team_code,
    windows.reporting_month,
    windows.window_months,
    windows.first_month,
    windows.value
