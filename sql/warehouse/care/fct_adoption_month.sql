-- One row a child adopted in the three years to a month's end, in each of those months, with the days from entering
-- care to moving in with the adopters, and from the order to place the child to the match: none where the match came
-- first.
-- grain: authority_code, child_id, adoption_date, reporting_month
SELECT
    adoptions.authority_code,
    adoptions.child_id,
    adoptions.adoption_id,
    adoptions.adoption_date,
    months.reporting_month,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    CASE
        WHEN adoptions.placed_date IS NOT NULL
            THEN greatest(date_diff('day', adoptions.care_start_date, adoptions.moved_in_date), 0)
    END AS days_to_move,
    CASE
        WHEN
            adoptions.placed_date IS NOT NULL
            AND adoptions.placement_order_date IS NOT NULL
            AND adoptions.match_date IS NOT NULL
            THEN greatest(date_diff('day', adoptions.placement_order_date, adoptions.match_date), 0)
    END AS days_to_match
FROM core.adoption AS adoptions
INNER JOIN warehouse.dim_covered_month AS months
    ON
        adoptions.authority_code = months.authority_code
        AND adoptions.adoption_date <= months.month_end
        AND adoptions.adoption_date >= cast(months.month_end + 1 - INTERVAL 36 MONTH AS DATE)
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        adoptions.authority_code = child_teams.authority_code
        AND adoptions.child_id = child_teams.child_id
        AND adoptions.adoption_date > child_teams.from_date
