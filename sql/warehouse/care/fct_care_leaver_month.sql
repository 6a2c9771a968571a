-- One row a source and care leaver of 17 to 21 at the end of the month that was delivered.
-- grain: source, authority_code, person_id, reporting_month
WITH leavers AS (
    SELECT
        leavers.source,
        leavers.authority_code,
        leavers.person_id,
        leavers.team_code,
        leavers.delivery_month AS reporting_month,
        leavers.in_touch,
        leavers.is_suitable,
        leavers.is_in_eet,
        CASE
            WHEN birthday(leavers.birth_date, 17) > months.month_end THEN NULL
            WHEN birthday(leavers.birth_date, 19) > months.month_end THEN '17-18'
            WHEN birthday(leavers.birth_date, 22) > months.month_end THEN '19-21'
        END AS age_group
    FROM core.care_leaver AS leavers
    INNER JOIN warehouse.dim_month AS months ON leavers.delivery_month = months.reporting_month
)

SELECT
    source,
    authority_code,
    person_id,
    coalesce(team_code, 'unallocated') AS team_code,
    reporting_month,
    age_group,
    coalesce(in_touch = 'YES', false) AS is_in_touch,
    is_suitable,
    is_in_eet,
    CASE in_touch
        WHEN 'DIED' THEN 'died'
        WHEN 'RHOM' THEN 'returned home for six months or longer'
    END AS excluded_because
FROM leavers
WHERE age_group IS NOT NULL
