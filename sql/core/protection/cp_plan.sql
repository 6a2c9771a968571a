-- One row a child protection plan of a child. Of one whose start could not be read, start_date is the first day on
-- which it may matter. is_undecided: something could not be read that decides whether it counts.
SELECT
    plans.authority_code,
    plans.cppl_cp_plan_id AS plan_id,
    plans.cppl_icpc_id AS conference_id,
    plans.cppl_person_id AS child_id,
    CASE
        WHEN list_contains(plans.unread_columns, 'cppl_cp_plan_start_date')
            THEN least(plans.cppl_cp_plan_end_date, first_days.first_day)
        ELSE plans.cppl_cp_plan_start_date
    END AS start_date,
    plans.cppl_cp_plan_end_date AS end_date,
    coalesce(plans.cppl_cp_plan_ola, false) AS is_of_another_authority,
    plans.cppl_cp_plan_latest_category AS latest_category,
    cast(NULL AS BIGINT) AS plans_before,
    coalesce(
        list_has_any(
            plans.unread_columns, ['cppl_cp_plan_start_date', 'cppl_cp_plan_end_date', 'cppl_cp_plan_ola']
        ),
        false
    ) AS is_undecided
FROM staging.ssd_cp_plans AS plans
LEFT JOIN core.first_day AS first_days ON plans.authority_code = first_days.authority_code
ANTI JOIN core.subject_source AS chosen
    ON
        plans.authority_code = chosen.authority_code
        AND chosen.subject = 'child protection plan'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    plans.authority_code,
    plans.cp_plan_key AS plan_id,
    cast(NULL AS UUID) AS conference_id,
    coalesce(same.known_as, plans.lachildid) AS child_id,
    CASE
        WHEN list_contains(plans.unread_columns, 'cpp_start_date') THEN least(plans.cpp_end_date, first_days.first_day)
        ELSE plans.cpp_start_date
    END AS start_date,
    plans.cpp_end_date AS end_date,
    false AS is_of_another_authority,
    plans.latest_category_of_abuse AS latest_category,
    plans.number_of_previous_cpp AS plans_before,
    coalesce(list_has_any(plans.unread_columns, ['cpp_start_date', 'cpp_end_date']), false) AS is_undecided
FROM staging.cin_census_cp_plans AS plans
LEFT JOIN core.first_day AS first_days ON plans.authority_code = first_days.authority_code
INNER JOIN core.subject_source AS chosen
    ON
        plans.authority_code = chosen.authority_code
        AND chosen.subject = 'child protection plan'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON plans.authority_code = same.authority_code AND plans.lachildid = same.child_id
