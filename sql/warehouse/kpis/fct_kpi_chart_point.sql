-- One row a KPI, authority, team (null: the whole authority), chart and month of the last 24 with a value. A count of
-- what is open at a month's end, and its rate, holds most of the month before: its own line is not judged, only what
-- it changed by in the month ('net change'). What rolls over months is not charted: each point would repeat most of
-- the one before; nor is a share by category: what one wins the others lose. segment counts the months in which a
-- reviewed list says that a new phase begins.
-- grain: kpi_id, authority_code, team_code, charted, reporting_month
WITH kpis AS (
    SELECT
        kpi_id,
        measure = 'stock' AND unit IN ('count', 'per_10000') AS is_level,
        measure = 'stock' AND unit = 'count' AS has_net_change
    FROM warehouse.dim_kpi
    WHERE measure <> 'rolling'
),

months AS (
    SELECT
        figures.kpi_id,
        figures.authority_code,
        figures.team_code,
        figures.reporting_month,
        figures.month_number,
        figures.scale,
        cast(figures.value AS DECIMAL(18, 6)) AS value,
        figures.value_rounded,
        kpis.is_level,
        kpis.has_net_change,
        max(figures.month_number) OVER () AS last_number
    FROM warehouse.fct_kpi_month AS figures
    INNER JOIN kpis ON figures.kpi_id = kpis.kpi_id
    WHERE figures.value IS NOT NULL AND figures.category IS NULL
),

beside AS (
    SELECT
        months.*,
        before.value AS value_before,
        years.value AS value_year_before
    FROM months
    LEFT JOIN months AS before
        ON
            months.kpi_id = before.kpi_id
            AND months.authority_code = before.authority_code
            AND coalesce(months.team_code, '') = coalesce(before.team_code, '')
            AND months.month_number = before.month_number + 1
    LEFT JOIN months AS years
        ON
            months.kpi_id = years.kpi_id
            AND months.authority_code = years.authority_code
            AND coalesce(months.team_code, '') = coalesce(years.team_code, '')
            AND months.month_number = years.month_number + 12
    WHERE months.month_number > months.last_number - 24
),

drawn AS (
    SELECT
        * EXCLUDE (last_number, has_net_change, value_before),
        'figure' AS charted
    FROM beside
    UNION ALL
    SELECT
        * EXCLUDE (last_number, has_net_change, value_before)
        REPLACE (
            value - value_before AS value,
            NULL AS value_rounded,
            NULL AS value_year_before,
            false AS is_level
        ),
        'net change' AS charted
    FROM beside
    WHERE has_net_change AND value_before IS NOT NULL
),

begun AS (
    SELECT
        drawn.*,
        coalesce(max(phases.first_month), '') AS segment,
        max_by(phases.reason, phases.first_month) AS segment_reason
    FROM drawn
    LEFT JOIN reference.chart_phase AS phases
        ON
            drawn.kpi_id = phases.kpi_id
            AND drawn.authority_code = phases.authority_code
            AND drawn.reporting_month >= phases.first_month
    GROUP BY ALL
)

SELECT
    kpi_id,
    authority_code,
    team_code,
    charted,
    reporting_month,
    month_number,
    scale,
    is_level,
    value,
    value_rounded,
    value_year_before,
    segment,
    segment_reason,
    row_number() OVER (
        PARTITION BY kpi_id, authority_code, team_code, charted
        ORDER BY month_number
    ) AS position
FROM begun
