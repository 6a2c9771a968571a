-- One row an episode for which a child who was looked after on the day it began was missing, whichever source holds it.
-- Of the return interview it is null where none applies, none was offered to be accepted, or nothing is recorded.
WITH periods AS (
    SELECT
        source,
        authority_code,
        child_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM warehouse.fct_care_period
    WHERE only_month = '' AND excluded_because IS NULL
),

episodes AS (
    SELECT
        source,
        authority_code,
        episode_id,
        child_id,
        start_date,
        CASE WHEN end_date <= $as_of AND end_date >= start_date THEN end_date END AS end_date,
        interview_offered,
        interview_accepted
    FROM core.missing_episode
    WHERE start_date <= $as_of
)

SELECT
    episodes.source,
    episodes.authority_code,
    episodes.child_id,
    coalesce(episodes.episode_id, episodes.child_id) AS record_key,
    episodes.start_date,
    episodes.end_date,
    strftime(episodes.start_date, '%Y-%m') AS start_month,
    strftime(episodes.end_date, '%Y-%m') AS end_month,
    coalesce(at_start.team_code, 'unallocated') AS start_team_code,
    coalesce(at_end.team_code, 'unallocated') AS end_team_code,
    CASE WHEN episodes.interview_offered IN ('Y', 'N') THEN episodes.interview_offered = 'Y' END
        AS is_interview_offered,
    CASE
        WHEN episodes.interview_offered = 'Y' AND episodes.interview_accepted IN ('Y', 'N')
            THEN episodes.interview_accepted = 'Y'
    END AS is_interview_accepted,
    CASE WHEN periods.child_id IS NULL THEN 'not looked after then' END AS excluded_because
FROM episodes
LEFT JOIN periods
    ON
        episodes.source = periods.source
        AND episodes.authority_code = periods.authority_code
        AND episodes.child_id = periods.child_id
        AND episodes.start_date >= periods.start_date
        AND episodes.start_date < periods.end_date
ASOF LEFT JOIN core.child_team AS at_start
    ON
        episodes.authority_code = at_start.authority_code
        AND episodes.child_id = at_start.child_id
        AND episodes.start_date >= at_start.from_date
ASOF LEFT JOIN core.child_team AS at_end
    ON
        episodes.authority_code = at_end.authority_code
        AND episodes.child_id = at_end.child_id
        AND episodes.end_date >= at_end.from_date
