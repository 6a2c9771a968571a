-- One row a social worker's post and the worker in it, if any. A role that was not recorded is a social worker's. A
-- census covers its own month alone; of the vacant posts, and of agency workers where it names none, it has the
-- sum.
WITH named_agency AS (
    SELECT DISTINCT
        authority_code,
        delivery_month
    FROM staging.workforce_census_workers
    WHERE agency_worker
),

posts AS (
    SELECT
        'local' AS source,
        cast(NULL AS VARCHAR) AS only_month,
        posts.authority_code,
        posts.delivery_month,
        posts.line,
        posts.post_id,
        posts.team_code,
        posts.role,
        posts.full_time_equivalent,
        posts.post_status,
        posts.from_date,
        posts.to_date,
        posts.left_the_authority,
        posts.sickness_days
    FROM staging.local_posts AS posts
    UNION ALL
    SELECT
        'workforce_census' AS source,
        workers.delivery_month AS only_month,
        workers.authority_code,
        workers.delivery_month,
        workers.line,
        workers.worker_key AS post_id,
        cast(NULL AS VARCHAR) AS team_code,
        cast(NULL AS VARCHAR) AS role,
        coalesce(workers.fte, workers.fte_30) AS full_time_equivalent,
        CASE WHEN workers.agency_worker THEN 'agency' ELSE 'employed' END AS post_status,
        workers.role_start_date AS from_date,
        workers.role_end_date AS to_date,
        workers.role_end_date IS NOT NULL AS left_the_authority,
        workers.working_days_lost AS sickness_days
    FROM staging.workforce_census_workers AS workers
    UNION ALL
    SELECT
        'workforce_census' AS source,
        sums.delivery_month AS only_month,
        sums.authority_code,
        sums.delivery_month,
        sums.line,
        cast(NULL AS UUID) AS post_id,
        cast(NULL AS VARCHAR) AS team_code,
        cast(NULL AS VARCHAR) AS role,
        sums.number_of_vacancies AS full_time_equivalent,
        'vacant' AS post_status,
        cast(NULL AS DATE) AS from_date,
        cast(NULL AS DATE) AS to_date,
        false AS left_the_authority,
        cast(NULL AS DOUBLE) AS sickness_days
    FROM staging.workforce_census_vacancies AS sums
    UNION ALL
    SELECT
        'workforce_census' AS source,
        sums.delivery_month AS only_month,
        sums.authority_code,
        sums.delivery_month,
        sums.line,
        cast(NULL AS UUID) AS post_id,
        cast(NULL AS VARCHAR) AS team_code,
        cast(NULL AS VARCHAR) AS role,
        sums.no_agency_fte AS full_time_equivalent,
        'agency' AS post_status,
        cast(NULL AS DATE) AS from_date,
        cast(NULL AS DATE) AS to_date,
        false AS left_the_authority,
        cast(NULL AS DOUBLE) AS sickness_days
    FROM staging.workforce_census_vacancies AS sums
    LEFT JOIN named_agency
        ON sums.authority_code = named_agency.authority_code AND sums.delivery_month = named_agency.delivery_month
    WHERE named_agency.delivery_month IS NULL
)

SELECT
    posts.source,
    posts.only_month,
    posts.authority_code,
    posts.delivery_month,
    posts.line,
    posts.post_id,
    posts.role,
    posts.post_status,
    posts.from_date,
    posts.to_date,
    posts.sickness_days,
    coalesce(posts.team_code, 'unallocated') AS team_code,
    cast(posts.full_time_equivalent AS DECIMAL(18, 2)) AS full_time_equivalent,
    coalesce(posts.left_the_authority, false) AS has_left_the_authority
FROM posts
LEFT JOIN reference.role AS roles ON posts.role = roles.role
WHERE coalesce(roles.is_social_worker, true) AND posts.full_time_equivalent IS NOT NULL
