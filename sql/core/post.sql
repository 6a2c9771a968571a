-- One row a social worker's post and the worker in it, if any. A role that was not recorded is a social worker's.
WITH posts AS (
    SELECT
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
),

roles AS (
    SELECT
        role,
        is_social_worker
    FROM reference.role
)

SELECT
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
LEFT JOIN roles ON posts.role = roles.role
WHERE coalesce(roles.is_social_worker, true) AND posts.full_time_equivalent IS NOT NULL
