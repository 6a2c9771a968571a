-- One row a source and child looked after for the twelve months to a month's end, and what is recorded of the health,
-- strengths and difficulties, convictions and substance misuse then. In the SSDA903 it is recorded at the end of the
-- collection year (OC2), by yes or no; elsewhere by the days of records. Null: nothing was recorded.
-- grain: source, authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        looked_after.source,
        looked_after.only_month,
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.team_code,
        looked_after.reporting_month,
        looked_after.month_end,
        months.year_before,
        birthday(looked_after.birth_date, 5) > looked_after.month_end AS is_under_5,
        birthday(looked_after.birth_date, 5) <= looked_after.month_end
        AND birthday(looked_after.birth_date, 17) > looked_after.month_end AS is_of_age_for_sdq,
        birthday(looked_after.birth_date, 10) <= looked_after.month_end AS is_10_or_over
    FROM warehouse.looked_after_month AS looked_after
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    INNER JOIN core.sourced_care_period AS periods
        ON
            looked_after.source = periods.source
            AND looked_after.only_month = periods.only_month
            AND looked_after.authority_code = periods.authority_code
            AND looked_after.child_id = periods.child_id
            AND months.year_before + 1 >= periods.start_date
            AND looked_after.month_end < end_date_or_open(periods.end_date)
    WHERE looked_after.excluded_because IS NULL
),

checks AS (
    SELECT
        children.source,
        children.authority_code,
        children.child_id,
        children.reporting_month,
        max(checks.check_date) FILTER (WHERE checks.check_type = 'assessment') AS assessment_date,
        max(checks.check_date) FILTER (WHERE checks.check_type = 'dental') AS dental_date,
        max(checks.check_date) FILTER (WHERE checks.check_type = 'development') AS development_date
    FROM children
    INNER JOIN core.health_check AS checks
        ON
            children.source = checks.source
            AND children.only_month = checks.only_month
            AND children.authority_code = checks.authority_code
            AND children.child_id = checks.child_id
            AND children.month_end >= checks.check_date
    GROUP BY children.source, children.authority_code, children.child_id, children.reporting_month
),

scores AS (
    SELECT
        authority_code,
        csdq_person_id AS child_id,
        csdq_sdq_completed_date AS score_date,
        max(csdq_sdq_score) AS sdq_score
    FROM staging.ssd_sdq_scores
    WHERE csdq_sdq_score IS NOT NULL AND csdq_sdq_completed_date IS NOT NULL
    GROUP BY authority_code, csdq_person_id, csdq_sdq_completed_date
),

happened AS (
    SELECT
        'conviction' AS kind,
        authority_code,
        clac_person_id AS child_id,
        clac_cla_conviction_date AS happened_date
    FROM staging.ssd_cla_convictions
    UNION ALL
    SELECT
        'substance misuse' AS kind,
        authority_code,
        clas_person_id AS child_id,
        clas_substance_misuse_date AS happened_date
    FROM staging.ssd_cla_substance_misuse
),

of_year AS (
    SELECT
        children.authority_code,
        children.child_id,
        children.reporting_month,
        bool_or(happened.kind = 'conviction') AS is_convicted,
        bool_or(happened.kind = 'substance misuse') AS has_substance_misuse
    FROM children
    INNER JOIN happened
        ON
            children.authority_code = happened.authority_code
            AND children.child_id = happened.child_id
            AND children.year_before < happened.happened_date
            AND children.month_end >= happened.happened_date
    WHERE children.source = 'ssd'
    GROUP BY children.authority_code, children.child_id, children.reporting_month
)

SELECT
    children.source,
    children.authority_code,
    children.child_id,
    children.team_code,
    children.reporting_month,
    children.is_under_5,
    children.is_of_age_for_sdq,
    children.is_10_or_over,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.is_assessed
        ELSE
            coalesce(
                cast(
                    checks.assessment_date + to_months(CASE WHEN children.is_under_5 THEN 6 ELSE 12 END) AS DATE
                ) >= children.month_end,
                false
            )
    END AS is_assessed,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.is_seen_by_dentist
        ELSE coalesce(cast(checks.dental_date + INTERVAL 12 MONTH AS DATE) >= children.month_end, false)
    END AS is_seen_by_dentist,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.is_developing_checked
        ELSE coalesce(cast(checks.development_date + INTERVAL 12 MONTH AS DATE) >= children.month_end, false)
    END AS is_developing_checked,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.is_immunised
        WHEN children.source <> 'ssd' OR immunisations.clai_immunisations_status_date > children.month_end THEN NULL
        ELSE immunisations.clai_immunisations_status
    END AS is_immunised,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.sdq_score
        WHEN cast(scores.score_date + INTERVAL 12 MONTH AS DATE) >= children.month_end THEN scores.sdq_score
    END AS sdq_score,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.is_convicted
        ELSE coalesce(of_year.is_convicted, false)
    END AS is_convicted,
    CASE
        WHEN children.source = 'ssda903' THEN outcomes.has_substance_misuse
        ELSE coalesce(of_year.has_substance_misuse, false)
    END AS has_substance_misuse,
    children.source <> 'ssda903' OR outcomes.child_id IS NOT NULL AS is_recorded
FROM children
LEFT JOIN checks USING (source, authority_code, child_id, reporting_month)
LEFT JOIN of_year USING (authority_code, child_id, reporting_month)
LEFT JOIN core.year_outcome AS outcomes
    ON
        children.authority_code = outcomes.authority_code
        AND children.child_id = outcomes.child_id
        AND children.reporting_month = outcomes.reporting_month
LEFT JOIN staging.ssd_cla_immunisations AS immunisations
    ON
        children.authority_code = immunisations.authority_code
        AND children.child_id = immunisations.clai_person_id
ASOF LEFT JOIN scores
    ON
        children.authority_code = scores.authority_code
        AND children.child_id = scores.child_id
        AND children.month_end >= scores.score_date
