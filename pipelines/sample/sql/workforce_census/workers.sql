-- One row a social worker in post at the month's end, or an employed one who left in the year before.
WITH cases AS (
    SELECT
        involvements.invo_professional_id AS worker_id,
        count(DISTINCT involvements.invo_person_id) AS cases
    FROM export.ssd_involvements AS involvements
    INNER JOIN reference.involvement_role AS roles ON involvements.invo_professional_role_id = roles.role
    WHERE roles.is_allocated_worker AND involvements.invo_involvement_end_date IS NULL
    GROUP BY involvements.invo_professional_id
)

SELECT
    posts.post_status = 'agency' AS agency_worker,
    posts.registration AS sweno,
    posts.full_time_equivalent AS fte,
    posts.from_date AS role_start_date,
    posts.to_date AS role_end_date,
    CASE
        WHEN posts.role IN ('Team Manager', 'Assistant Team Manager', 'Practice Manager') THEN '3'
        WHEN posts.role IN ('Senior Social Worker', 'Advanced Practitioner', 'Consultant Social Worker') THEN '4'
        WHEN posts.role IN ('Social Worker', 'Newly Qualified Social Worker') THEN '5'
        ELSE '6'
    END AS org_role,
    CASE WHEN posts.is_in_force THEN coalesce(cases.cases, 0) END AS cases_30,
    CASE WHEN posts.post_status = 'employed' THEN posts.sickness_days END AS working_days_lost
FROM workforce_census.post AS posts
LEFT JOIN cases ON posts.worker_id = cases.worker_id
WHERE posts.post_status = 'employed' OR (posts.post_status = 'agency' AND posts.is_in_force)
