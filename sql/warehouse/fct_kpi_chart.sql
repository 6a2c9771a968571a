-- One row a KPI, authority, team (null: the whole authority) and month of the last 24 with a value: an XmR chart by
-- the rules of NHS England's Making Data Count. The limits are the mean more or less 2.66 times the mean moving range,
-- moving ranges of 3.267 times their mean or more left out. What rolls over months is not charted: each point would
-- repeat most of the one before.
-- grain: kpi_id, authority_code, team_code, reporting_month
WITH kpis AS (
    SELECT
        kpi_id,
        direction
    FROM warehouse.dim_kpi
    WHERE measure <> 'rolling'
),

months AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        reporting_month,
        month_number,
        scale,
        value,
        max(month_number) OVER () AS last_number
    FROM warehouse.fct_kpi_month
    WHERE value IS NOT NULL
),

points AS (
    SELECT
        months.kpi_id,
        months.authority_code,
        months.team_code,
        months.reporting_month,
        months.month_number,
        months.scale,
        months.value,
        kpis.direction,
        lag(months.value) OVER series AS value_before
    FROM months
    INNER JOIN kpis ON months.kpi_id = kpis.kpi_id
    WHERE months.month_number > months.last_number - 24
    WINDOW series AS (
        PARTITION BY months.kpi_id, months.authority_code, months.team_code
        ORDER BY months.month_number
    )
),

ranges AS (
    SELECT
        *,
        abs(value - value_before) AS moving_range,
        avg(abs(value - value_before)) OVER (PARTITION BY kpi_id, authority_code, team_code) AS mean_range
    FROM points
),

screened AS (
    SELECT
        *,
        CASE WHEN moving_range < 3.267 * mean_range OR mean_range = 0 THEN moving_range END AS screened_range
    FROM ranges
),

processes AS (
    SELECT
        * EXCLUDE (moving_range, mean_range, screened_range),
        count(*) OVER series AS points,
        avg(value) OVER series AS mean,
        avg(screened_range) OVER series AS mean_range
    FROM screened
    WINDOW series AS (PARTITION BY kpi_id, authority_code, team_code)
),

limited AS (
    SELECT
        *,
        mean - 2.66 * mean_range AS lower_limit,
        mean + 2.66 * mean_range AS upper_limit,
        cast(sign(value - mean) AS INTEGER) AS side,
        abs(value - mean) > 2.66 * mean_range AS is_outside,
        abs(value - mean) > 2.66 * mean_range * 2 / 3 AND abs(value - mean) <= 2.66 * mean_range AS is_near,
        cast(sign(value - value_before) AS INTEGER) AS step
    FROM processes
),

-- Looking back from each point.
closed AS (
    SELECT
        *,
        abs(sum(side) OVER seven) = 7 AS closes_shift,
        abs(sum(step) OVER six) = 6 AS closes_trend,
        abs(sum(side) OVER three) = 3 AND sum(cast(is_near AS INTEGER)) OVER three >= 2 AS closes_near
    FROM limited
    WINDOW
        seven AS (
            PARTITION BY kpi_id, authority_code, team_code
            ORDER BY month_number ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
        ),
        six AS (
            PARTITION BY kpi_id, authority_code, team_code
            ORDER BY month_number ROWS BETWEEN 5 PRECEDING AND CURRENT ROW
        ),
        three AS (
            PARTITION BY kpi_id, authority_code, team_code
            ORDER BY month_number ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
        )
),

signalled AS (
    SELECT
        *,
        bool_or(closes_shift) OVER six_more AS is_shift,
        bool_or(closes_trend) OVER six_more AS is_trend,
        is_near AND bool_or(closes_near) OVER two_more AS is_two_of_three
    FROM closed
    WINDOW
        six_more AS (
            PARTITION BY kpi_id, authority_code, team_code
            ORDER BY month_number ROWS BETWEEN CURRENT ROW AND 6 FOLLOWING
        ),
        two_more AS (
            PARTITION BY kpi_id, authority_code, team_code
            ORDER BY month_number ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING
        )
),

targets AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        green_from
    FROM warehouse.dim_target
),

named AS (
    SELECT
        *,
        nullif(concat_ws(
            ', ',
            CASE WHEN is_outside THEN 'outside the limits' END,
            CASE WHEN is_shift THEN 'seven on one side of the mean' END,
            CASE WHEN is_trend THEN 'seven rising or falling' END,
            CASE WHEN is_two_of_three THEN 'two of three near a limit' END
        ), '') AS signals
    FROM signalled
)

SELECT
    named.kpi_id,
    named.authority_code,
    named.team_code,
    named.reporting_month,
    named.value,
    named.points,
    named.points < 13 AS is_trial,
    named.mean,
    CASE
        WHEN named.lower_limit < 0 THEN 0
        ELSE named.lower_limit
    END AS lower_limit,
    CASE
        WHEN named.scale = 100 AND named.upper_limit > 100 THEN 100
        ELSE named.upper_limit
    END AS upper_limit,
    named.signals,
    CASE
        WHEN named.signals IS NULL THEN 'common cause'
        WHEN named.direction = 'neutral' THEN 'special cause'
        WHEN (named.direction = 'higher_is_better') = (named.side > 0) THEN 'improvement'
        ELSE 'concern'
    END AS variation,
    targets.green_from AS target,
    CASE
        WHEN targets.green_from IS NULL OR named.mean_range IS NULL THEN NULL
        WHEN named.direction = 'higher_is_better' AND named.lower_limit >= targets.green_from THEN 'will be met'
        WHEN named.direction = 'higher_is_better' AND named.upper_limit < targets.green_from THEN 'will not be met'
        WHEN named.direction = 'lower_is_better' AND named.upper_limit <= targets.green_from THEN 'will be met'
        WHEN named.direction = 'lower_is_better' AND named.lower_limit > targets.green_from THEN 'will not be met'
        ELSE 'met by chance'
    END AS assurance
FROM named
LEFT JOIN targets
    ON
        named.kpi_id = targets.kpi_id
        AND named.authority_code = targets.authority_code
        AND named.reporting_month = targets.reporting_month
