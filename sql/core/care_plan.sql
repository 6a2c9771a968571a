-- One row a care plan of a looked-after child.
SELECT
    plans.authority_code,
    plans.lacp_table_id AS care_plan_id,
    plans.lacp_person_id AS child_id,
    plans.lacp_cla_care_plan_start_date AS start_date,
    plans.lacp_cla_care_plan_end_date AS end_date,
    coalesce(plans.lacp_cla_care_plan_json__ltfost18, false) AS is_meant_to_last
FROM staging.ssd_cla_care_plan AS plans
