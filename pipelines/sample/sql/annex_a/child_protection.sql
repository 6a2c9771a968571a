-- One row a plan that is open, or ended in the six months before.
WITH categories AS (
    SELECT
        codes.code,
        codes.category
    FROM
        (
            VALUES
            ('NEG', 'Neglect'),
            ('PHY', 'Physical abuse'),
            ('SAB', 'Sexual abuse'),
            ('EMO', 'Emotional abuse'),
            ('MUL', 'Multiple/not recommended')
        ) AS codes (code, category)
),

reviews AS (
    SELECT
        plan_id,
        max(review_date) AS review_date
    FROM council.cp_review
    GROUP BY plan_id
),

emergencies AS (
    SELECT DISTINCT statuses.lega_person_id AS child_id
    FROM export.ssd_legal_status AS statuses
    CROSS JOIN council.month AS months
    WHERE
        statuses.lega_legal_status IN ('L1', 'L2')
        AND coalesce(statuses.lega_legal_status_end_date, months.month_end) >= months.six_months_from
)

SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    coalesce(children.date_of_birth, children.expected_date_of_birth) AS date_of_birth,
    children.age,
    children.has_disability,
    plans.start_date AS child_protection_plan_start_date,
    initial.category AS initial_category_of_abuse,
    latest.category AS latest_category_of_abuse,
    visits.visit_date AS date_of_the_last_statutory_visit,
    reviews.review_date AS date_of_latest_review_conference,
    plans.end_date AS child_protection_plan_end_date,
    plans.previous_plans AS number_of_previous_child_protection_plans,
    CASE WHEN visits.is_seen_alone THEN 'Yes' WHEN NOT visits.is_seen_alone THEN 'No' END AS was_seen_alone,
    CASE WHEN emergencies.child_id IS NULL THEN 'No' ELSE 'Yes' END AS emergency_protection_last_6_months
FROM council.cp_plan AS plans
CROSS JOIN council.month AS months
INNER JOIN council.child AS children ON plans.child_id = children.child_id
LEFT JOIN categories AS initial ON plans.initial_category = initial.code
LEFT JOIN categories AS latest ON plans.latest_category = latest.code
LEFT JOIN council.latest_visit AS visits ON plans.child_id = visits.child_id AND visits.kind = 'cp'
LEFT JOIN reviews ON plans.plan_id = reviews.plan_id
LEFT JOIN emergencies ON plans.child_id = emergencies.child_id
WHERE coalesce(plans.end_date, months.month_end) >= months.six_months_from
