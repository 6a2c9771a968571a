-- One row a child protection plan on a list of one month's end. Of one that is on the list several times, as on a
-- sheet a month, the end, the category and the visit count that were recorded last.
-- grain: authority_code, reporting_month, child_id, start_date
WITH listed AS (
    SELECT
        plans.authority_code,
        plans.delivery_month AS reporting_month,
        plans.child_protection_key AS plan_id,
        coalesce(same.known_as, plans.child_unique_id) AS child_id,
        plans.child_protection_plan_start_date AS start_date,
        plans.child_protection_plan_end_date AS end_date,
        plans.date_of_the_last_statutory_visit AS last_visit_date,
        CASE plans.latest_category_of_abuse
            WHEN 'Neglect' THEN 'NEG'
            WHEN 'Physical abuse' THEN 'PHY'
            WHEN 'Sexual abuse' THEN 'SAB'
            WHEN 'Emotional abuse' THEN 'EMO'
            WHEN 'Multiple/not recommended' THEN 'MUL'
        END AS latest_category
    FROM staging.annex_a_child_protection AS plans
    LEFT JOIN core.same_child AS same
        ON plans.authority_code = same.authority_code AND plans.child_unique_id = same.child_id
)

SELECT
    authority_code,
    reporting_month,
    child_id,
    start_date,
    min(plan_id) AS plan_id,
    max(end_date) AS end_date,
    max(last_visit_date) AS last_visit_date,
    arg_max(latest_category, (end_date, latest_category)) AS latest_category
FROM listed
GROUP BY authority_code, reporting_month, child_id, start_date
