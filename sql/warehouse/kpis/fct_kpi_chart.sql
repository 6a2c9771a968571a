-- One row a KPI, authority, team (null: the whole authority), chart and month of the last 24 with a value: an XmR chart
-- by the rules of NHS England's Making Data Count, each phase with its own limits: the mean more or less 2.66 times the
-- mean moving range, moving ranges of 3.267 times their mean or more left out. Rules look back within a phase. A phase
-- in which more than half of the months equal the one before has no limits: it hardly varies, and is not judged.
-- grain: kpi_id, authority_code, team_code, charted, reporting_month
WITH placed AS (
    SELECT
        points.*,
        kpis.direction,
        CASE points.charted WHEN 'figure' THEN targets.green_from END AS target,
        coalesce(phases.is_found, false) AS is_found,
        count(phases.position) OVER so_far AS phase
    FROM warehouse.fct_kpi_chart_point AS points
    INNER JOIN warehouse.dim_kpi AS kpis ON points.kpi_id = kpis.kpi_id
    LEFT JOIN warehouse.fct_kpi_chart_phase AS phases
        ON
            points.kpi_id = phases.kpi_id
            AND points.authority_code = phases.authority_code
            AND coalesce(points.team_code, '') = coalesce(phases.team_code, '')
            AND points.charted = phases.charted
            AND points.position = phases.position
    LEFT JOIN warehouse.dim_target AS targets
        ON
            points.kpi_id = targets.kpi_id
            AND points.authority_code = targets.authority_code
            AND points.reporting_month = targets.reporting_month
    WINDOW so_far AS (
        PARTITION BY points.kpi_id, points.authority_code, points.team_code, points.charted
        ORDER BY points.position
    )
),

begun AS (
    SELECT
        * EXCLUDE (is_found, segment_reason),
        min(reporting_month) OVER phases AS phase_first_month,
        CASE
            WHEN is_level THEN NULL
            WHEN bool_or(is_found) OVER phases THEN 'found'
            ELSE segment_reason
        END AS phase_reason,
        lag(value) OVER (phases ORDER BY position) AS value_before
    FROM placed
    WINDOW phases AS (PARTITION BY kpi_id, authority_code, team_code, charted, phase)
),

ranges AS (
    SELECT
        *,
        cast(abs(value - value_before) AS DOUBLE) AS moving_range,
        avg(cast(abs(value - value_before) AS DOUBLE)) OVER phases AS every_range
    FROM begun
    WINDOW phases AS (PARTITION BY kpi_id, authority_code, team_code, charted, phase)
),

processes AS (
    SELECT
        *,
        count(*) OVER phases AS points,
        sum(value) OVER phases AS sum_of_points,
        coalesce(
            nullif(avg(CASE WHEN moving_range < 3.267 * every_range THEN moving_range END) OVER phases, 0),
            every_range
        ) AS mean_range,
        NOT is_level AND coalesce(median(moving_range) OVER phases > 0, true) AS is_judged
    FROM ranges
    WINDOW phases AS (PARTITION BY kpi_id, authority_code, team_code, charted, phase)
),

-- What lies on the mean is on no side of it, whatever the last bit of a division.
distances AS (
    SELECT
        *,
        cast(sum_of_points AS DOUBLE) / points AS mean,
        cast(value * points - sum_of_points AS DOUBLE) / points AS distance,
        cast(sign(value * points - sum_of_points) AS INTEGER) AS side,
        cast(sign(value - value_before) AS INTEGER) AS step
    FROM processes
),

limited AS (
    SELECT
        *,
        mean - 2.66 * mean_range AS lower_limit,
        mean + 2.66 * mean_range AS upper_limit,
        is_judged AND abs(distance) > 2.66 * mean_range AS is_outside,
        is_judged AND abs(distance) > 2.66 * mean_range * 2 / 3 AND abs(distance) <= 2.66 * mean_range AS is_near
    FROM distances
),

-- Looking back from each point.
closed AS (
    SELECT
        *,
        is_judged AND abs(sum(side) OVER seven) = 7 AS closes_shift,
        CASE WHEN is_judged AND abs(sum(step) OVER six) = 6 THEN step END AS closed_trend,
        abs(sum(side) OVER three) = 3 AND sum(cast(is_near AS INTEGER)) OVER three >= 2 AS closes_near
    FROM limited
    WINDOW
        seven AS (
            PARTITION BY kpi_id, authority_code, team_code, charted, phase
            ORDER BY month_number ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
        ),
        six AS (
            PARTITION BY kpi_id, authority_code, team_code, charted, phase
            ORDER BY month_number ROWS BETWEEN 5 PRECEDING AND CURRENT ROW
        ),
        three AS (
            PARTITION BY kpi_id, authority_code, team_code, charted, phase
            ORDER BY month_number ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
        )
),

signalled AS (
    SELECT
        *,
        bool_or(closes_shift) OVER six_more AS is_shift,
        max_by(closed_trend, -month_number) OVER six_more AS trend,
        is_near AND bool_or(closes_near) OVER two_more AS is_two_of_three
    FROM closed
    WINDOW
        six_more AS (
            PARTITION BY kpi_id, authority_code, team_code, charted, phase
            ORDER BY month_number ROWS BETWEEN CURRENT ROW AND 6 FOLLOWING
        ),
        two_more AS (
            PARTITION BY kpi_id, authority_code, team_code, charted, phase
            ORDER BY month_number ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING
        )
),

named AS (
    SELECT
        *,
        nullif(concat_ws(
            ', ',
            CASE WHEN is_outside THEN 'outside the limits' END,
            CASE WHEN is_shift THEN 'seven on one side of the mean' END,
            CASE WHEN trend IS NOT NULL THEN 'seven rising or falling' END,
            CASE WHEN is_two_of_three THEN 'two of three near a limit' END
        ), '') AS signals,
        -- A trend alone is what it runs to, on whichever side of the mean.
        CASE WHEN is_outside OR is_shift OR is_two_of_three THEN side ELSE trend END AS towards,
        CASE direction
            WHEN 'higher_is_better' THEN value_rounded >= target
            WHEN 'lower_is_better' THEN value_rounded <= target
        END AS is_met
    FROM signalled
),

-- What is said of the months to come: only from a phase of twelve points or more that did not move within it, and only
-- what every one of its months bears out.
stable AS (
    SELECT
        *,
        points >= 12 AND NOT bool_or(is_shift OR trend IS NOT NULL) OVER phases AS is_stable,
        bool_and(is_met) OVER phases AS is_always_met,
        bool_or(is_met) OVER phases AS is_ever_met
    FROM named
    WINDOW phases AS (PARTITION BY kpi_id, authority_code, team_code, charted, phase)
)

SELECT
    kpi_id,
    authority_code,
    team_code,
    charted,
    reporting_month,
    cast(value AS DOUBLE) AS value,
    cast(value_year_before AS DOUBLE) AS value_year_before,
    CASE WHEN NOT is_level THEN phase END AS phase,
    CASE WHEN NOT is_level THEN phase_first_month END AS phase_first_month,
    phase_reason,
    CASE WHEN NOT is_level THEN points END AS points,
    CASE WHEN NOT is_level THEN points < 13 END AS is_trial,
    CASE WHEN NOT is_level THEN mean END AS mean,
    CASE
        WHEN NOT is_judged THEN NULL
        WHEN lower_limit < 0 AND charted = 'figure' THEN 0
        ELSE lower_limit
    END AS lower_limit,
    CASE
        WHEN NOT is_judged THEN NULL
        WHEN scale = 100 AND upper_limit > 100 THEN 100
        ELSE upper_limit
    END AS upper_limit,
    signals,
    CASE
        WHEN NOT is_judged THEN 'not judged'
        WHEN signals IS NULL THEN 'common cause'
        WHEN direction = 'neutral' THEN 'special cause'
        WHEN (direction = 'higher_is_better') = (towards > 0) THEN 'improvement'
        ELSE 'concern'
    END AS variation,
    target,
    CASE
        WHEN target IS NULL THEN NULL
        WHEN NOT is_judged OR NOT is_stable THEN 'cannot be said'
        WHEN direction = 'higher_is_better' AND lower_limit >= target AND is_always_met THEN 'will be met'
        WHEN direction = 'higher_is_better' AND upper_limit < target AND NOT is_ever_met THEN 'will not be met'
        WHEN direction = 'lower_is_better' AND upper_limit <= target AND is_always_met THEN 'will be met'
        WHEN direction = 'lower_is_better' AND lower_limit > target AND NOT is_ever_met THEN 'will not be met'
        WHEN lower_limit <= target AND upper_limit >= target THEN 'met by chance'
        ELSE 'cannot be said'
    END AS assurance
FROM stable
