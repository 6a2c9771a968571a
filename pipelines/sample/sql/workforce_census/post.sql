-- One row a social worker's post: held or vacant at the month's end, or left in the year before.
SELECT
    posts.worker_id,
    posts.role,
    posts.full_time_equivalent,
    posts.post_status,
    posts.from_date,
    posts.to_date,
    posts.sickness_days,
    posts.to_date IS NULL AS is_in_force,
    coalesce(workers.prof_social_worker_registration_no, concat('SW8', lpad(posts.post_id[3:], 6, '0')))
        AS registration
FROM export.local_posts AS posts
CROSS JOIN council.month AS months
INNER JOIN reference.role AS roles ON posts.role = roles.role
LEFT JOIN export.ssd_professionals AS workers ON posts.worker_id = workers.prof_professional_id
WHERE roles.is_social_worker AND coalesce(posts.to_date, months.month_end) >= months.twelve_months_from
