-- One row a child under a placement order, in the latest period of care, unless that ended more than a year before.
WITH periods AS (
    SELECT
        periods.child_id,
        periods.start_date,
        periods.end_date,
        periods.end_reason
    FROM council.care_period AS periods
    CROSS JOIN council.month AS months
    QUALIFY
        row_number() OVER (PARTITION BY periods.child_id ORDER BY periods.start_date DESC) = 1
        AND coalesce(periods.end_date, months.month_end) >= months.twelve_months_from
),

orders AS (
    SELECT
        lega_person_id AS child_id,
        max(lega_legal_status_start_date) AS order_date
    FROM export.ssd_legal_status
    WHERE lega_legal_status = 'E1'
    GROUP BY lega_person_id
),

placed AS (
    SELECT
        clap_person_id AS child_id,
        max(clap_cla_placement_start_date) AS placed_date
    FROM export.ssd_cla_placement
    WHERE clap_cla_placement_type IN ('A3', 'A4', 'A5', 'A6')
    GROUP BY clap_person_id
)

SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    children.has_disability,
    periods.start_date AS date_the_child_entered_care,
    orders.order_date AS date_of_placement_order,
    placed.placed_date AS date_placed_for_adoption,
    CASE WHEN periods.end_reason IN ('E11', 'E12') THEN periods.end_date END AS date_of_adoption_order
FROM periods
INNER JOIN orders ON periods.child_id = orders.child_id AND periods.start_date <= orders.order_date
INNER JOIN council.child AS children ON periods.child_id = children.child_id
LEFT JOIN placed ON periods.child_id = placed.child_id
