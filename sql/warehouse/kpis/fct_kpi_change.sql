-- One row a KPI, authority, team (null: the whole authority), category, month and comparator: the headline figure (the
-- six months to the month for what happens, the month's end for what stands) beside the same figure at the comparator's
-- month. A team that counted nothing at one end has none of a count there, and none by category. The change is that of
-- the figures as printed. Less than six months apart both are largely of the same records or children (is_of_the_same).
-- grain: kpi_id, authority_code, team_code, category, reporting_month, comparator
WITH figures AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        category,
        month_number,
        window_months,
        scale,
        numerator,
        denominator,
        value,
        value_rounded
    FROM warehouse.fct_kpi_window
    WHERE window_months <= 6 AND (team_code IS NULL OR category IS NULL)
),

covered AS (
    SELECT DISTINCT
        kpi_id,
        authority_code,
        month_number,
        window_months,
        scale
    FROM figures
    WHERE team_code IS NULL
),

-- The last March that ended before the month.
pairs AS (
    SELECT
        comparators.comparator,
        months.month_number,
        months.month_number - coalesce(
            comparators.months_before,
            1 + (11 + month(months.month_end) - comparators.month_of_year) % 12
        ) AS base_number
    FROM warehouse.dim_month AS months
    CROSS JOIN reference.comparator AS comparators
),

both_ends AS (
    SELECT
        ends.*,
        pairs.comparator,
        pairs.base_number
    FROM covered AS ends
    INNER JOIN pairs ON ends.month_number = pairs.month_number
    INNER JOIN covered AS bases
        ON
            ends.kpi_id = bases.kpi_id
            AND ends.authority_code = bases.authority_code
            AND pairs.base_number = bases.month_number
),

teams AS (
    SELECT
        both_ends.kpi_id,
        both_ends.authority_code,
        both_ends.month_number,
        both_ends.comparator,
        figures.team_code,
        figures.category
    FROM both_ends
    INNER JOIN figures USING (kpi_id, authority_code, month_number)
    UNION
    SELECT
        both_ends.kpi_id,
        both_ends.authority_code,
        both_ends.month_number,
        both_ends.comparator,
        figures.team_code,
        figures.category
    FROM both_ends
    INNER JOIN figures
        ON
            both_ends.kpi_id = figures.kpi_id
            AND both_ends.authority_code = figures.authority_code
            AND both_ends.base_number = figures.month_number
),

compared AS (
    SELECT
        both_ends.*,
        teams.team_code,
        teams.category,
        coalesce(ends.numerator, 0) AS numerator,
        CASE WHEN both_ends.scale IS NOT NULL THEN coalesce(ends.denominator, 0) END AS denominator,
        coalesce(ends.value, CASE WHEN both_ends.scale IS NULL THEN 0 END) AS value,
        coalesce(ends.value_rounded, CASE WHEN both_ends.scale IS NULL THEN 0 END) AS value_rounded,
        coalesce(bases.numerator, 0) AS base_numerator,
        CASE WHEN both_ends.scale IS NOT NULL THEN coalesce(bases.denominator, 0) END AS base_denominator,
        coalesce(bases.value, CASE WHEN both_ends.scale IS NULL THEN 0 END) AS base_value,
        coalesce(bases.value_rounded, CASE WHEN both_ends.scale IS NULL THEN 0 END) AS base_value_rounded
    FROM both_ends
    INNER JOIN teams USING (kpi_id, authority_code, month_number, comparator)
    LEFT JOIN figures AS ends
        ON
            both_ends.kpi_id = ends.kpi_id
            AND both_ends.authority_code = ends.authority_code
            AND both_ends.month_number = ends.month_number
            AND coalesce(teams.team_code, '') = coalesce(ends.team_code, '')
            AND coalesce(teams.category, '') = coalesce(ends.category, '')
    LEFT JOIN figures AS bases
        ON
            both_ends.kpi_id = bases.kpi_id
            AND both_ends.authority_code = bases.authority_code
            AND both_ends.base_number = bases.month_number
            AND coalesce(teams.team_code, '') = coalesce(bases.team_code, '')
            AND coalesce(teams.category, '') = coalesce(bases.category, '')
)

SELECT
    compared.kpi_id,
    compared.authority_code,
    compared.team_code,
    compared.category,
    ends.reporting_month,
    compared.comparator,
    bases.reporting_month AS base_month,
    compared.window_months,
    compared.month_number - compared.base_number < 6 AS is_of_the_same,
    compared.scale,
    compared.numerator,
    compared.denominator,
    compared.value,
    compared.value_rounded,
    compared.base_numerator,
    compared.base_denominator,
    compared.base_value,
    compared.base_value_rounded,
    cast(
        cast(compared.value_rounded AS DECIMAL(18, 2)) - cast(compared.base_value_rounded AS DECIMAL(18, 2)) AS DOUBLE
    ) AS change,
    CASE
        WHEN compared.scale IS NULL AND compared.base_numerator >= 10
            THEN 100 * (compared.value - compared.base_value) / compared.base_value
    END AS change_percent
FROM compared
INNER JOIN warehouse.dim_month AS ends ON compared.month_number = ends.month_number
INNER JOIN warehouse.dim_month AS bases ON compared.base_number = bases.month_number
