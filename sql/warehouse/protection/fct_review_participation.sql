-- One row a child protection review that was held, with how the child took part in it.
-- grain: authority_code, review_id
SELECT
    reviews.authority_code,
    reviews.review_id,
    reviews.child_id,
    reviews.review_date,
    strftime(reviews.review_date, '%Y-%m') AS reporting_month,
    coalesce(child_teams.team_code, 'unallocated') AS team_code,
    reviews.participation_code
FROM core.review_participation AS reviews
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        reviews.authority_code = child_teams.authority_code
        AND reviews.child_id = child_teams.child_id
        AND reviews.review_date >= child_teams.from_date
