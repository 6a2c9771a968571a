-- One row a child looked after, now or in the six months before, in the latest period of care. Long-term fostering is
-- the plan wherever a care plan in force says so; the list has no code for those who stay with former foster carers.
WITH periods AS (
    SELECT
        periods.child_id,
        periods.start_date,
        periods.end_date,
        periods.end_reason,
        periods.category_of_need,
        coalesce(periods.end_date - 1, months.month_end) AS last_day,
        count(*) FILTER (WHERE coalesce(periods.end_date, months.month_end) >= months.twelve_months_from) OVER (
            PARTITION BY periods.child_id
        ) > 1 AS is_again
    FROM council.care_period AS periods
    CROSS JOIN council.month AS months
    QUALIFY
        row_number() OVER (PARTITION BY periods.child_id ORDER BY periods.start_date DESC) = 1
        AND coalesce(periods.end_date, months.month_end) >= months.six_months_from
),

statuses AS (
    SELECT
        periods.child_id,
        statuses.lega_legal_status AS legal_status,
        statuses.lega_legal_status_start_date AS start_date
    FROM periods
    INNER JOIN export.ssd_legal_status AS statuses
        ON
            periods.child_id = statuses.lega_person_id
            AND periods.last_day >= statuses.lega_legal_status_start_date
            AND periods.last_day < end_date_or_open(statuses.lega_legal_status_end_date)
    QUALIFY row_number() OVER (
        PARTITION BY periods.child_id
        ORDER BY statuses.lega_legal_status_start_date DESC, statuses.lega_legal_status ASC
    ) = 1
),

care_periods AS (
    SELECT DISTINCT
        clae_cla_id AS care_period_id,
        clae_person_id AS child_id
    FROM export.ssd_cla_episodes
),

reviews AS (
    SELECT
        care_periods.child_id,
        max(reviews.clar_cla_review_date) AS review_date
    FROM export.ssd_cla_reviews AS reviews
    INNER JOIN care_periods ON reviews.clar_cla_id = care_periods.care_period_id
    WHERE NOT reviews.clar_cla_review_cancelled
    GROUP BY care_periods.child_id
),

contacts AS (
    SELECT
        clae_person_id AS child_id,
        max(clae_cla_last_iro_contact_date) AS contact_date
    FROM export.ssd_cla_episodes
    GROUP BY clae_person_id
),

checks AS (
    SELECT
        clah_person_id AS child_id,
        max(clah_health_check_date) FILTER (WHERE clah_health_check_type = 'Health assessment') AS assessment_date,
        max(clah_health_check_date) FILTER (WHERE clah_health_check_type = 'Dental check') AS dental_date
    FROM export.ssd_cla_health
    GROUP BY clah_person_id
),

missing AS (
    SELECT
        episodes.miss_person_id AS child_id,
        count(*) FILTER (WHERE episodes.miss_missing_episode_type = 'Missing') AS missing,
        count(*) FILTER (WHERE episodes.miss_missing_episode_type = 'Absent') AS absent
    FROM export.ssd_missing AS episodes
    CROSS JOIN council.month AS months
    WHERE episodes.miss_missing_episode_start_date >= months.twelve_months_from
    GROUP BY episodes.miss_person_id
),

open_placements AS (
    SELECT
        clap_person_id AS child_id,
        clap_cla_placement_start_date AS start_date,
        clap_cla_placement_type AS placement_type,
        clap_cla_placement_provider AS placement_provider,
        CASE WHEN clap_cla_placement_distance > 20 THEN 'Out' ELSE 'In' END AS placement_location
    FROM export.ssd_cla_placement
    WHERE clap_cla_placement_end_date IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY clap_person_id
        ORDER BY clap_cla_placement_start_date DESC, clap_cla_placement_type ASC, clap_cla_placement_id ASC
    ) = 1
),

placements AS (
    SELECT
        placements.clap_person_id AS child_id,
        count(*) AS placements
    FROM export.ssd_cla_placement AS placements
    CROSS JOIN council.month AS months
    WHERE coalesce(placements.clap_cla_placement_end_date, months.month_end) >= months.twelve_months_from
    GROUP BY placements.clap_person_id
),

care_plans AS (
    SELECT
        lacp_person_id AS child_id,
        CASE
            WHEN bool_or(lacp_cla_care_plan_json__ltfost18) THEN 'Long-term fostering'
            WHEN bool_or(lacp_cla_care_plan_json__adoption) THEN 'Adoption'
            WHEN bool_or(lacp_cla_care_plan_json__suppliv) THEN 'Supported living in the community'
            WHEN bool_or(lacp_cla_care_plan_json__resplmt) THEN 'Long-term residential placement'
            WHEN
                bool_or(lacp_cla_care_plan_json__return1m)
                OR bool_or(lacp_cla_care_plan_json__return6m)
                OR bool_or(lacp_cla_care_plan_json__returnev)
                THEN 'Return to family'
            ELSE 'other'
        END AS permanence_plan
    FROM export.ssd_cla_care_plan
    WHERE lacp_cla_care_plan_end_date IS NULL
    GROUP BY lacp_person_id
)

SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    periods.start_date AS date_started_to_be_looked_after,
    periods.category_of_need,
    statuses.start_date AS start_date_of_current_legal_status,
    statuses.legal_status,
    reviews.review_date AS date_of_latest_statutory_review,
    visits.visit_date AS date_of_last_social_work_visit,
    care_plans.permanence_plan,
    contacts.contact_date AS date_of_last_iro_visit,
    checks.assessment_date AS date_of_last_health_assessment,
    checks.dental_date AS date_of_last_dental_check,
    placements.placements AS placements_last_12_months,
    periods.end_date AS date_ceased_to_be_looked_after,
    open_placements.start_date AS start_date_of_most_recent_placement,
    open_placements.placement_type,
    open_placements.placement_provider,
    open_placements.placement_location,
    coalesce(missing.missing, 0) AS missing_last_12_months,
    coalesce(missing.absent, 0) AS absent_last_12_months,
    CASE WHEN periods.is_again THEN 'Yes' ELSE 'No' END AS looked_after_again_last_12_months,
    CASE
        WHEN periods.end_date IS NOT NULL AND periods.end_reason <> 'E17' THEN periods.end_reason
    END AS reason_ceased_to_be_looked_after
FROM periods
INNER JOIN council.child AS children ON periods.child_id = children.child_id
LEFT JOIN statuses ON periods.child_id = statuses.child_id
LEFT JOIN reviews ON periods.child_id = reviews.child_id
LEFT JOIN council.latest_visit AS visits ON periods.child_id = visits.child_id AND visits.kind = 'cla'
LEFT JOIN care_plans ON periods.child_id = care_plans.child_id
LEFT JOIN placements ON periods.child_id = placements.child_id
LEFT JOIN open_placements ON periods.child_id = open_placements.child_id
LEFT JOIN contacts ON periods.child_id = contacts.child_id
LEFT JOIN checks ON periods.child_id = checks.child_id
LEFT JOIN missing ON periods.child_id = missing.child_id
