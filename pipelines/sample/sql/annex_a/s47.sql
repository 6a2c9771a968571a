-- One row an enquiry begun, or a conference held, in the six months before.
WITH cases AS (
    SELECT
        enquiries.child_id,
        enquiries.start_date,
        enquiries.conference_date,
        enquiries.needs_no_conference,
        enquiries.led_to_plan,
        greatest(enquiries.start_date, enquiries.conference_date) >= months.six_months_from AS is_listed,
        count(*) FILTER (WHERE enquiries.start_date >= months.twelve_months_from) OVER (
            PARTITION BY enquiries.child_id
        ) AS enquiries,
        count(*) FILTER (WHERE enquiries.conference_date >= months.twelve_months_from) OVER (
            PARTITION BY enquiries.child_id
        ) AS conferences
    FROM council.enquiry AS enquiries
    CROSS JOIN council.month AS months
)

SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    cases.start_date AS s47_start_date,
    cases.conference_date AS icpc_date,
    cases.enquiries AS s47_enquiries_last_12_months,
    cases.conferences AS icpcs_last_12_months,
    CASE WHEN cases.needs_no_conference THEN 'Yes' WHEN NOT cases.needs_no_conference THEN 'No' END AS icpc_unnecessary,
    CASE WHEN cases.led_to_plan THEN 'Yes' WHEN NOT cases.led_to_plan THEN 'No' END AS icpc_led_to_plan
FROM cases
INNER JOIN council.child AS children ON cases.child_id = children.child_id
WHERE cases.is_listed
