-- One row a section 47 enquiry. start_before: the last day before it on which another of the child started.
-- grain: authority_code, enquiry_id
WITH enquiries AS (
    SELECT
        authority_code,
        enquiry_id,
        child_id,
        team_code,
        start_date,
        end_date,
        needs_no_conference,
        CASE
            WHEN start_date IS NOT NULL
                THEN max(start_date) OVER (
                    PARTITION BY authority_code, child_id
                    ORDER BY start_date RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
                )
        END AS start_before
    FROM core.s47_enquiry
)

SELECT
    enquiries.authority_code,
    enquiries.enquiry_id,
    enquiries.child_id,
    enquiries.start_date,
    strftime(enquiries.start_date, '%Y-%m') AS start_month,
    coalesce(enquiries.team_code, start_teams.team_code, 'unallocated') AS start_team_code,
    enquiries.end_date,
    strftime(enquiries.end_date, '%Y-%m') AS end_month,
    coalesce(enquiries.team_code, end_teams.team_code, 'unallocated') AS end_team_code,
    enquiries.needs_no_conference,
    enquiries.start_before,
    coalesce(enquiries.start_before + INTERVAL 12 MONTH >= enquiries.start_date, false) AS is_repeat,
    CASE
        WHEN birthday(children.birth_date, 18) <= coalesce(enquiries.start_date, enquiries.end_date) THEN 'of an adult'
        WHEN enquiries.end_date < enquiries.start_date THEN 'ended before it started'
    END AS excluded_because
FROM enquiries
LEFT JOIN core.child AS children
    ON enquiries.authority_code = children.authority_code AND enquiries.child_id = children.child_id
ASOF LEFT JOIN core.child_team AS start_teams
    ON
        enquiries.authority_code = start_teams.authority_code
        AND enquiries.child_id = start_teams.child_id
        AND enquiries.start_date >= start_teams.from_date
ASOF LEFT JOIN core.child_team AS end_teams
    ON
        enquiries.authority_code = end_teams.authority_code
        AND enquiries.child_id = end_teams.child_id
        AND enquiries.end_date >= end_teams.from_date
