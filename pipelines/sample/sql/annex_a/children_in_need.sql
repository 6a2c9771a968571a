-- One row a referral that was taken on, and is open or was closed in the six months before.
WITH statuses AS (
    SELECT
        child_id,
        1 AS position,
        'Looked after child' AS case_status
    FROM council.care_period
    WHERE end_date IS NULL
    UNION ALL
    SELECT
        child_id,
        2 AS position,
        'Child Protection plan' AS case_status
    FROM council.cp_plan
    WHERE end_date IS NULL
    UNION ALL
    SELECT
        cinp_person_id AS child_id,
        3 AS position,
        'Child in need plan' AS case_status
    FROM export.ssd_cin_plans
    WHERE cinp_cin_plan_end_date IS NULL
    UNION ALL
    SELECT
        cina_person_id AS child_id,
        4 AS position,
        'Open assessment' AS case_status
    FROM export.ssd_cin_assessments
    WHERE cina_assessment_auth_date IS NULL
),

first_statuses AS (
    SELECT
        child_id,
        arg_min(case_status, position) AS case_status
    FROM statuses
    GROUP BY child_id
),

seen AS (
    SELECT
        child_id,
        max(visit_date) AS visit_date
    FROM council.latest_visit
    GROUP BY child_id
)

SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    cases.cine_referral_date AS cin_start_date,
    cases.cine_cin_primary_need_code AS primary_need_code,
    seen.visit_date AS date_child_was_last_seen,
    cases.cine_close_date AS cin_closure_date,
    cases.cine_close_reason AS reason_for_closure,
    CASE WHEN cases.cine_close_date IS NOT NULL THEN 'Closed episode' ELSE first_statuses.case_status END AS case_status
FROM export.ssd_cin_episodes AS cases
CROSS JOIN council.month AS months
INNER JOIN council.child AS children ON cases.cine_person_id = children.child_id
LEFT JOIN first_statuses ON cases.cine_person_id = first_statuses.child_id
LEFT JOIN seen ON cases.cine_person_id = seen.child_id
WHERE NOT cases.cine_referral_nfa AND coalesce(cases.cine_close_date, months.month_end) >= months.six_months_from
