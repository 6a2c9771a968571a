-- One row a child in need plan of a child. Of one whose start could not be read, start_date is the first day on which
-- it may matter.
SELECT
    plans.authority_code,
    plans.cinp_cin_plan_id AS plan_id,
    plans.cinp_person_id AS child_id,
    CASE
        WHEN list_contains(plans.unread_columns, 'cinp_cin_plan_start_date')
            THEN least(plans.cinp_cin_plan_end_date, first_days.first_day)
        ELSE plans.cinp_cin_plan_start_date
    END AS start_date,
    plans.cinp_cin_plan_end_date AS end_date
FROM staging.ssd_cin_plans AS plans
LEFT JOIN core.first_day AS first_days ON plans.authority_code = first_days.authority_code
