-- One row a KPI, authority, team (null: the whole authority), category, month and length of window: what is counted in
-- it. What happens in a month is pooled over the six and the twelve complete months that end with it, where all of them
-- are covered; what stands at its end, or rolls already, is that month's alone.
-- grain: kpi_id, authority_code, team_code, category, month_number, window_months
WITH lengths AS (
    SELECT unnest([6, 12]) AS window_months
),

windows AS (
    SELECT
        ends.kpi_id,
        ends.authority_code,
        ends.month_number,
        lengths.window_months
    FROM warehouse.fct_kpi_coverage AS ends
    CROSS JOIN lengths
    INNER JOIN warehouse.dim_kpi AS kpis ON ends.kpi_id = kpis.kpi_id
    INNER JOIN warehouse.fct_kpi_coverage AS members
        ON
            ends.kpi_id = members.kpi_id
            AND ends.authority_code = members.authority_code
            AND members.month_number BETWEEN ends.month_number - lengths.window_months + 1 AND ends.month_number
    WHERE kpis.measure = 'flow'
    GROUP BY ends.kpi_id, ends.authority_code, ends.month_number, lengths.window_months
    HAVING count(*) = lengths.window_months
)

SELECT
    windows.kpi_id,
    windows.authority_code,
    months.team_code,
    months.category,
    windows.month_number,
    windows.window_months,
    months.scale,
    cast(sum(months.numerator) AS DECIMAL(18, 2)) AS numerator,
    cast(sum(months.denominator) AS DECIMAL(18, 2)) AS denominator
FROM windows
INNER JOIN warehouse.fct_kpi_month AS months
    ON
        windows.kpi_id = months.kpi_id
        AND windows.authority_code = months.authority_code
        AND months.month_number BETWEEN windows.month_number - windows.window_months + 1 AND windows.month_number
GROUP BY ALL
UNION ALL
SELECT
    months.kpi_id,
    months.authority_code,
    months.team_code,
    months.category,
    months.month_number,
    1 AS window_months,
    months.scale,
    months.numerator,
    months.denominator
FROM warehouse.fct_kpi_month AS months
INNER JOIN warehouse.dim_kpi AS kpis ON months.kpi_id = kpis.kpi_id
WHERE kpis.measure <> 'flow'
