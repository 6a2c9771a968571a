-- One row a child looked after for the twelve months to the month's end, and what its records say of the health, the
-- strengths and difficulties, convictions and substance misuse then.
WITH children AS (
    SELECT
        periods.child_id,
        children.date_of_birth,
        months.month_end,
        months.twelve_months_from,
        birthday(children.date_of_birth, 5) > months.month_end AS is_under_5
    FROM council.care_period AS periods
    CROSS JOIN council.month AS months
    INNER JOIN council.child AS children ON periods.child_id = children.child_id
    WHERE periods.end_date IS NULL AND periods.start_date <= months.twelve_months_from
),

checks AS (
    SELECT
        clah_person_id AS child_id,
        max(clah_health_check_date) FILTER (WHERE clah_health_check_type = 'Health assessment') AS assessment_date,
        max(clah_health_check_date) FILTER (WHERE clah_health_check_type = 'Dental check') AS dental_date,
        max(clah_health_check_date) FILTER (WHERE clah_health_check_type = 'Health check') AS development_date
    FROM export.ssd_cla_health
    GROUP BY clah_person_id
),

scores AS (
    SELECT
        csdq_person_id AS child_id,
        max(csdq_sdq_completed_date) AS score_date,
        arg_max(csdq_sdq_score, csdq_sdq_completed_date) AS score
    FROM export.ssd_sdq_scores
    WHERE csdq_sdq_score IS NOT NULL
    GROUP BY csdq_person_id
),

convictions AS (
    SELECT
        clac_person_id AS child_id,
        max(clac_cla_conviction_date) AS conviction_date
    FROM export.ssd_cla_convictions
    GROUP BY clac_person_id
),

misuse AS (
    SELECT
        clas_person_id AS child_id,
        max(clas_substance_misuse_date) AS misuse_date,
        arg_max(clas_intervention_received, clas_substance_misuse_date) AS is_received
    FROM export.ssd_cla_substance_misuse
    GROUP BY clas_person_id
)

SELECT
    children.child_id,
    children.date_of_birth,
    children.is_under_5,
    birthday(children.date_of_birth, 10) <= children.month_end AS is_10_or_over,
    coalesce(
        cast(checks.assessment_date + to_months(CASE WHEN children.is_under_5 THEN 6 ELSE 12 END) AS DATE)
        >= children.month_end,
        false
    ) AS is_assessed,
    coalesce(cast(checks.dental_date + INTERVAL 12 MONTH AS DATE) >= children.month_end, false) AS is_seen_by_dentist,
    coalesce(cast(checks.development_date + INTERVAL 12 MONTH AS DATE) >= children.month_end, false)
        AS is_development_checked,
    immunisations.clai_immunisations_status AS is_immunised,
    CASE WHEN cast(scores.score_date + INTERVAL 12 MONTH AS DATE) >= children.month_end THEN scores.score END
        AS sdq_score,
    coalesce(convictions.conviction_date >= children.twelve_months_from, false) AS is_convicted,
    coalesce(misuse.misuse_date >= children.twelve_months_from, false) AS has_substance_misuse,
    misuse.is_received
FROM children
LEFT JOIN checks ON children.child_id = checks.child_id
LEFT JOIN scores ON children.child_id = scores.child_id
LEFT JOIN convictions ON children.child_id = convictions.child_id
LEFT JOIN misuse ON children.child_id = misuse.child_id
LEFT JOIN export.ssd_cla_immunisations AS immunisations ON children.child_id = immunisations.clai_person_id
