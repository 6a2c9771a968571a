-- One row a KPI with a breakdown, authority, month, dimension (age, sex, ethnicity, disability) and group that has
-- anything: its headline figure, of the records of the group. Of a count also how the group's rate in the population
-- stands to that of all, with the limits that Wilson gives its share.
-- grain: kpi_id, authority_code, reporting_month, dimension, group_code
WITH decided AS (
    SELECT records.*
    FROM warehouse.fct_kpi_breakdown_record AS records
    ANTI JOIN warehouse.fct_kpi_record_undecided AS undecided
        ON
            records.kpi_id = undecided.kpi_id
            AND records.authority_code = undecided.authority_code
            AND records.record_key = undecided.record_key
            AND records.reporting_month = undecided.reporting_month
    WHERE coalesce(records.numerator, records.denominator) IS NOT NULL
),

grouped AS (
    SELECT
        decided.kpi_id,
        decided.authority_code,
        months.month_number,
        decided.numerator,
        decided.denominator,
        CASE
            WHEN children.birth_date > months.month_end OR children.birth_date IS NULL
                THEN
                    CASE WHEN children.expected_birth_date IS NOT NULL THEN 'unborn' ELSE 'unknown' END
            WHEN birthday(children.birth_date, 1) > months.month_end THEN 'under_1'
            WHEN birthday(children.birth_date, 5) > months.month_end THEN '1_to_4'
            WHEN birthday(children.birth_date, 10) > months.month_end THEN '5_to_9'
            WHEN birthday(children.birth_date, 16) > months.month_end THEN '10_to_15'
            ELSE '16_and_over'
        END AS age,
        coalesce(groups.sex, 'unknown') AS sex,
        coalesce(groups.ethnic_group, 'unknown') AS ethnicity,
        coalesce(groups.disability, 'unknown') AS disability
    FROM decided
    INNER JOIN warehouse.dim_month AS months ON decided.reporting_month = months.reporting_month
    LEFT JOIN core.child AS children
        ON decided.authority_code = children.authority_code AND decided.child_id = children.child_id
    LEFT JOIN core.child_group AS groups
        ON decided.authority_code = groups.authority_code AND decided.child_id = groups.child_id
),

-- The groups are few: to sum the records once by all of them, and these sums by each, takes a quarter of the work.
cells AS (
    SELECT
        kpi_id,
        authority_code,
        month_number,
        age,
        sex,
        ethnicity,
        disability,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator
    FROM grouped
    GROUP BY kpi_id, authority_code, month_number, age, sex, ethnicity, disability
),

summed AS (
    SELECT
        kpi_id,
        authority_code,
        month_number,
        CASE
            WHEN grouping(age) = 0 THEN 'age'
            WHEN grouping(sex) = 0 THEN 'sex'
            WHEN grouping(ethnicity) = 0 THEN 'ethnicity'
            ELSE 'disability'
        END AS dimension,
        coalesce(age, sex, ethnicity, disability) AS group_code,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator
    FROM cells
    GROUP BY
        GROUPING SETS (
            (kpi_id, authority_code, month_number, age),
            (kpi_id, authority_code, month_number, sex),
            (kpi_id, authority_code, month_number, ethnicity),
            (kpi_id, authority_code, month_number, disability)
        )
),

headlines AS (
    SELECT
        windows.kpi_id,
        windows.authority_code,
        windows.reporting_month,
        windows.window_months,
        windows.scale,
        windows.numerator AS numerator_of_all,
        summed.dimension,
        summed.group_code,
        cast(sum(summed.numerator) AS DECIMAL(18, 2)) AS numerator,
        cast(sum(summed.denominator) AS DECIMAL(18, 2)) AS denominator
    FROM warehouse.fct_kpi_window AS windows
    INNER JOIN summed
        ON
            windows.kpi_id = summed.kpi_id
            AND windows.authority_code = summed.authority_code
            AND summed.month_number BETWEEN windows.month_number - windows.window_months + 1 AND windows.month_number
    WHERE windows.team_code IS NULL AND windows.window_months <= 6
    GROUP BY ALL
),

compared AS (
    SELECT
        headlines.*,
        groups.population,
        groups.population / groups.population_of_all AS share_of_population,
        CASE
            WHEN headlines.scale IS NULL AND headlines.numerator_of_all > 0 AND groups.population > 0
                THEN wilson(cast(headlines.numerator AS DOUBLE), cast(headlines.numerator_of_all AS DOUBLE))
        END AS limits
    FROM headlines
    LEFT JOIN warehouse.dim_population_group AS groups
        ON
            headlines.authority_code = groups.authority_code
            AND headlines.reporting_month = groups.reporting_month
            AND headlines.dimension = groups.dimension
            AND headlines.group_code = groups.group_code
)

SELECT
    compared.kpi_id,
    compared.authority_code,
    compared.reporting_month,
    compared.window_months,
    compared.dimension,
    compared.group_code,
    compared.numerator,
    CASE WHEN compared.scale IS NOT NULL THEN compared.denominator END AS denominator,
    CASE
        WHEN compared.scale IS NULL THEN cast(compared.numerator AS DOUBLE)
        ELSE
            compared.scale
            * cast(compared.numerator AS DOUBLE)
            / cast(nullif(compared.denominator, 0) AS DOUBLE)
    END AS value,
    cast(compared.population AS BIGINT) AS population,
    CASE
        WHEN compared.limits IS NOT NULL
            THEN
                cast(compared.numerator AS DOUBLE)
                / cast(compared.numerator_of_all AS DOUBLE)
                / compared.share_of_population
    END AS rate_ratio,
    round(compared.limits.lower / compared.share_of_population, 6) AS lower,
    round(compared.limits.upper / compared.share_of_population, 6) AS upper
FROM compared
