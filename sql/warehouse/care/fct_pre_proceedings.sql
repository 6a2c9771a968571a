-- One row a source and child in pre-proceedings, with the month in which they ended, if they have, and the team then.
-- grain: source, authority_code, pre_proceedings_id
WITH blocks AS (
    SELECT
        source,
        authority_code,
        pre_proceedings_id,
        child_id,
        start_date,
        CASE WHEN end_date <= $as_of THEN end_date END AS end_date
    FROM core.pre_proceedings
    WHERE start_date <= $as_of AND coalesce(end_date, start_date) >= start_date
)

SELECT
    blocks.source,
    blocks.authority_code,
    blocks.pre_proceedings_id,
    blocks.child_id,
    blocks.start_date,
    blocks.end_date,
    strftime(blocks.end_date, '%Y-%m') AS end_month,
    coalesce(child_teams.team_code, 'unallocated') AS end_team_code
FROM blocks
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        blocks.authority_code = child_teams.authority_code
        AND blocks.child_id = child_teams.child_id
        AND blocks.end_date >= child_teams.from_date
