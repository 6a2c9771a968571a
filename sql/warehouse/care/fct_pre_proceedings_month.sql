-- One row a source and child in pre-proceedings that are open at a month's end.
-- grain: source, authority_code, pre_proceedings_id, reporting_month
SELECT
    blocks.source,
    blocks.authority_code,
    blocks.pre_proceedings_id,
    blocks.child_id,
    blocks.start_date,
    months.reporting_month,
    coalesce(child_teams.team_code, 'unallocated') AS team_code
FROM warehouse.fct_pre_proceedings AS blocks
INNER JOIN warehouse.dim_covered_month AS months
    ON
        blocks.authority_code = months.authority_code
        AND blocks.start_date <= months.month_end
        AND end_date_or_open(blocks.end_date) > months.month_end
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        blocks.authority_code = child_teams.authority_code
        AND blocks.child_id = child_teams.child_id
        AND months.month_end >= child_teams.from_date
