-- One row a source and period of care of a child, with the months in which it started and ceased: at the death or the
-- 18th birthday at the latest. A list of one month's end tells of that month alone.
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

told AS (
    SELECT
        *,
        strftime(start_date, '%Y-%m') AS start_month,
        CASE WHEN end_date <= $as_of THEN strftime(end_date, '%Y-%m') END AS end_month
    FROM periods
)

SELECT
    told.source,
    told.only_month,
    told.authority_code,
    told.child_id,
    told.start_date,
    told.end_date,
    told.start_month,
    told.end_month,
    told.end_reason,
    told.is_continued,
    told.excluded_because,
    coalesce(at_start.team_code, 'unallocated') AS start_team_code,
    coalesce(at_end.team_code, 'unallocated') AS end_team_code
FROM told
ASOF LEFT JOIN core.child_team AS at_start
    ON
        told.authority_code = at_start.authority_code
        AND told.child_id = at_start.child_id
        AND told.start_date >= at_start.from_date
ASOF LEFT JOIN core.child_team AS at_end
    ON
        told.authority_code = at_end.authority_code
        AND told.child_id = at_end.child_id
        AND told.end_date > at_end.from_date
