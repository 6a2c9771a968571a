-- One row a source and period of care of a child, with the months in which it started and ceased: at the death or the
-- 18th birthday at the latest. A list of one month's end covers that month alone.
-- grain: source, only_month, authority_code, child_id, start_date
WITH periods AS (
    SELECT
        periods.source,
        periods.only_month,
        periods.authority_code,
        periods.child_id,
        periods.start_date,
        periods.end_reason,
        periods.is_continued,
        least(periods.end_date, children.childhood_end) AS end_date,
        CASE
            WHEN periods.is_short_break THEN 'short breaks'
            WHEN children.childhood_end <= periods.start_date THEN 'aged 18 or over'
        END AS excluded_because
    FROM core.sourced_care_period AS periods
    LEFT JOIN core.child AS children USING (authority_code, child_id)
),

dated AS (
    SELECT
        *,
        strftime(start_date, '%Y-%m') AS start_month,
        CASE WHEN end_date <= $as_of THEN strftime(end_date, '%Y-%m') END AS end_month
    FROM periods
)

SELECT
    dated.source,
    dated.only_month,
    dated.authority_code,
    dated.child_id,
    dated.start_date,
    dated.end_date,
    dated.start_month,
    dated.end_month,
    dated.end_reason,
    dated.is_continued,
    dated.excluded_because,
    coalesce(at_start.team_code, 'unallocated') AS start_team_code,
    coalesce(at_end.team_code, 'unallocated') AS end_team_code
FROM dated
ASOF LEFT JOIN core.child_team AS at_start
    ON
        dated.authority_code = at_start.authority_code
        AND dated.child_id = at_start.child_id
        AND dated.start_date >= at_start.from_date
ASOF LEFT JOIN core.child_team AS at_end
    ON
        dated.authority_code = at_end.authority_code
        AND dated.child_id = at_end.child_id
        AND dated.end_date > at_end.from_date
