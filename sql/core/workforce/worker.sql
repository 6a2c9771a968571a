-- One row a worker with working hours. A job title that was not recorded is a social worker's; others who hold cases
-- are lead practitioners of another profession.
WITH workers AS (
    SELECT
        professionals.authority_code,
        professionals.prof_professional_id AS worker_id,
        professionals.prof_professional_job_title AS role,
        cast(professionals.prof_full_time_equivalency AS DECIMAL(18, 2)) AS full_time_equivalent
    FROM staging.ssd_professionals AS professionals
)

SELECT
    workers.authority_code,
    workers.worker_id,
    workers.role,
    workers.full_time_equivalent,
    coalesce(roles.is_social_worker, true) AS is_social_worker
FROM workers
LEFT JOIN reference.role AS roles ON workers.role = roles.role
WHERE workers.full_time_equivalent > 0
