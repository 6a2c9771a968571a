-- One row a statistic, area and year that the Department for Education published, from the newest delivery that holds
-- it; figures that contradict each other in one delivery are none. Of durations only counts are published: where bands
-- on one side of the limit are hidden, the other side and the total give it away. symbol says why a number is missing.
WITH assessments AS (
    SELECT
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        assessments_completed AS total,
        same_day + days_1_to_10 + days_11_to_20 + days_21_to_30 + days_31_to_40 + days_41_to_45 AS in_time,
        days_46_to_50 + days_51_to_60 + days_61_and_more AS late,
        coalesce(
            same_day__symbol,
            days_1_to_10__symbol,
            days_11_to_20__symbol,
            days_21_to_30__symbol,
            days_31_to_40__symbol,
            days_41_to_45__symbol,
            days_46_to_50__symbol,
            days_51_to_60__symbol,
            days_61_and_more__symbol
        ) AS symbol
    FROM staging.published_statistics_assessments
),

conferences AS (
    SELECT
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        icpc AS total,
        days_0_to_10 + days_11_to_15 AS in_time,
        days_16_to_20 + days_21_and_more AS late,
        coalesce(
            days_0_to_10__symbol, days_11_to_15__symbol, days_16_to_20__symbol, days_21_and_more__symbol
        ) AS symbol
    FROM staging.published_statistics_conferences
),

durations AS (
    SELECT
        'assessments_in_time' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        coalesce(in_time, total - late) AS numerator,
        coalesce(in_time + late, total) AS denominator,
        symbol
    FROM assessments
    UNION ALL
    SELECT
        'conferences_in_time' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        coalesce(in_time, total - late) AS numerator,
        coalesce(in_time + late, total) AS denominator,
        symbol
    FROM conferences
),

plan_reviews AS (
    SELECT
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        reviewed_within_timescales AS in_time,
        cpp_at31_3months AS children,
        reviewed_within_timescales_percent AS published_value,
        reviewed_within_timescales_percent__symbol AS symbol
    FROM staging.published_statistics_plan_reviews
),

looked_after AS (
    SELECT
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        number AS children,
        number__symbol,
        population_estimate AS population,
        rate_per_10000,
        rate_per_10000__symbol
    FROM staging.published_statistics_looked_after
    -- The same file has those who began or ceased to be looked after in the year.
    WHERE population_count = 'Children looked after at 31 March each year'
),

workforces AS (
    SELECT
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        cases,
        case_holders_fte,
        caseload_fte,
        caseload_fte__symbol,
        inpost_fte,
        agency_fte,
        agency_rate_fte,
        agency_rate_fte__symbol,
        vacancy_fte,
        vacancy_rate_fte,
        vacancy_rate_fte__symbol,
        leavers_fte,
        turnover_rate_fte,
        turnover_rate_fte__symbol,
        working_days_lost_fte,
        absence_rate_fte,
        absence_rate_fte__symbol,
        -- The statistics keep these numbers of working days, whatever the calendar holds.
        CASE WHEN cast(time_period AS INTEGER) % 4 = 0 THEN 254 ELSE 253 END AS working_days
    FROM staging.published_statistics_workforce
),

every_figure AS (
    SELECT
        statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        numerator,
        denominator,
        NULL AS published_value,
        CASE WHEN numerator + denominator IS NULL THEN symbol END AS symbol
    FROM durations
    UNION ALL
    SELECT
        'plan_reviews_in_time' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        in_time AS numerator,
        children AS denominator,
        published_value,
        symbol
    FROM plan_reviews
    UNION ALL
    SELECT
        'children_looked_after' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        children AS numerator,
        NULL AS denominator,
        children AS published_value,
        number__symbol AS symbol
    FROM looked_after
    UNION ALL
    SELECT
        'children_looked_after_rate' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        children AS numerator,
        population AS denominator,
        rate_per_10000 AS published_value,
        rate_per_10000__symbol AS symbol
    FROM looked_after
    UNION ALL
    SELECT
        'caseload' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        cases AS numerator,
        case_holders_fte AS denominator,
        caseload_fte AS published_value,
        caseload_fte__symbol AS symbol
    FROM workforces
    UNION ALL
    SELECT
        'agency_rate' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        agency_fte AS numerator,
        agency_fte + inpost_fte AS denominator,
        agency_rate_fte AS published_value,
        agency_rate_fte__symbol AS symbol
    FROM workforces
    UNION ALL
    SELECT
        'vacancy_rate' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        vacancy_fte AS numerator,
        vacancy_fte + inpost_fte AS denominator,
        vacancy_rate_fte AS published_value,
        vacancy_rate_fte__symbol AS symbol
    FROM workforces
    UNION ALL
    SELECT
        'turnover_rate' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        leavers_fte AS numerator,
        inpost_fte AS denominator,
        turnover_rate_fte AS published_value,
        turnover_rate_fte__symbol AS symbol
    FROM workforces
    UNION ALL
    SELECT
        'absence_rate' AS statistic_id,
        delivery_month,
        geographic_level,
        country_code,
        region_code,
        new_la_code,
        time_period,
        working_days_lost_fte AS numerator,
        inpost_fte * working_days AS denominator,
        absence_rate_fte AS published_value,
        absence_rate_fte__symbol AS symbol
    FROM workforces
),

figures AS (
    SELECT DISTINCT
        statistic_id,
        delivery_month,
        geographic_level,
        CASE geographic_level
            WHEN 'National' THEN country_code
            WHEN 'Regional' THEN region_code
            ELSE new_la_code
        END AS area_code,
        CASE WHEN geographic_level = 'Local authority' THEN region_code END AS region_code,
        cast(time_period AS INTEGER) AS year,
        cast(numerator AS DECIMAL(18, 2)) AS numerator,
        cast(denominator AS DECIMAL(18, 2)) AS denominator,
        cast(published_value AS DOUBLE) AS published_value,
        symbol
    FROM every_figure
),

newest AS (
    SELECT
        statistic_id,
        area_code,
        year,
        max(delivery_month) AS delivery_month
    FROM figures
    WHERE area_code IS NOT NULL
    GROUP BY statistic_id, area_code, year
)

SELECT
    figures.statistic_id,
    max(figures.geographic_level) AS geographic_level,
    figures.area_code,
    max(figures.region_code) AS region_code,
    figures.year,
    max(figures.numerator) AS numerator,
    max(figures.denominator) AS denominator,
    max(figures.published_value) AS published_value,
    max(figures.symbol) AS symbol
FROM figures
INNER JOIN newest USING (statistic_id, area_code, year, delivery_month)
GROUP BY figures.statistic_id, figures.area_code, figures.year
HAVING count(*) = 1
