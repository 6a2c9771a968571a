-- One row a KPI, month and team beside its authority's other teams, or authority beside the others: the headline
-- figure, with the limits within which 95% and 99.8% of units of that size would lie if all had the same share.
-- grain: kpi_id, reporting_month, authority_code, team_code, among
WITH kpis AS (
    SELECT kpi_id
    FROM warehouse.dim_kpi
    WHERE uncertainty = 'wilson'
),

units AS (
    SELECT
        windows.kpi_id,
        windows.reporting_month,
        windows.authority_code,
        windows.team_code,
        CASE WHEN windows.team_code IS NULL THEN 'authorities' ELSE 'teams' END AS among,
        CASE WHEN windows.team_code IS NOT NULL THEN windows.authority_code END AS within_authority,
        windows.numerator,
        windows.denominator,
        windows.value
    FROM warehouse.fct_kpi_window AS windows
    INNER JOIN kpis ON windows.kpi_id = kpis.kpi_id
    WHERE windows.window_months <= 6 AND windows.denominator > 0 AND windows.category IS NULL
),

compared AS (
    SELECT
        *,
        cast(denominator AS DOUBLE) AS size,
        cast(sum(numerator) OVER peers AS DOUBLE) / cast(sum(denominator) OVER peers AS DOUBLE) AS share,
        count(*) OVER peers AS units
    FROM units
    WINDOW peers AS (PARTITION BY kpi_id, reporting_month, among, within_authority)
    QUALIFY count(*) OVER peers > 1
),

spread AS (
    SELECT
        *,
        sqrt(share * (1 - share) / size) AS standard_error
    FROM compared
),

limited AS (
    SELECT
        *,
        100 * greatest(0, share - 1.959963984540054 * standard_error) AS lower_95,
        100 * least(1, share + 1.959963984540054 * standard_error) AS upper_95,
        100 * greatest(0, share - 3.090232306167813 * standard_error) AS lower_998,
        100 * least(1, share + 3.090232306167813 * standard_error) AS upper_998
    FROM spread
)

SELECT
    kpi_id,
    reporting_month,
    authority_code,
    team_code,
    among,
    units,
    numerator,
    denominator,
    value,
    100 * share AS centre,
    lower_95,
    upper_95,
    lower_998,
    upper_998,
    CASE
        WHEN value > upper_998 THEN 'above 99.8%'
        WHEN value < lower_998 THEN 'below 99.8%'
        WHEN value > upper_95 THEN 'above 95%'
        WHEN value < lower_95 THEN 'below 95%'
        ELSE 'within'
    END AS position
FROM limited
