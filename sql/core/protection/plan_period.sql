-- One row a child protection plan of the authority's own, and the period of overlapping plans of the child that it is
-- in: two plans that overlap ask for one set of visits. A period has the id of the plan that began it.
WITH plans AS (
    SELECT
        authority_code,
        child_id,
        plan_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM core.cp_plan
    WHERE
        NOT is_of_another_authority
        AND start_date IS NOT NULL
        AND coalesce(end_date, start_date) >= start_date
),

in_order AS (
    SELECT
        *,
        max(end_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, plan_id ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM plans
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before <= start_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, plan_id ASC
            ROWS UNBOUNDED PRECEDING
        ) AS period_number
    FROM in_order
)

SELECT
    authority_code,
    child_id,
    plan_id,
    start_date,
    first_value(plan_id) OVER period AS period_key,
    min(start_date) OVER (PARTITION BY authority_code, child_id, period_number) AS period_start,
    nullif(
        max(end_date) OVER (PARTITION BY authority_code, child_id, period_number), DATE '9999-12-31'
    ) AS period_end
FROM numbered
WINDOW period AS (
    PARTITION BY authority_code, child_id, period_number ORDER BY start_date ASC, end_date ASC, plan_id ASC
)
