-- One row: the vacant posts and the agency workers at the month's end.
SELECT
    coalesce(sum(full_time_equivalent) FILTER (WHERE post_status = 'vacant'), 0) AS number_of_vacancies,
    coalesce(sum(full_time_equivalent) FILTER (WHERE post_status = 'agency'), 0) AS no_agency_fte,
    count(*) FILTER (WHERE post_status = 'agency') AS no_agency_headcount
FROM workforce_census.post
WHERE is_in_force
