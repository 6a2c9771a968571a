-- One row a care plan of a looked-after child. One whose end could not be read is not meant to last: more falls due.
SELECT
    plans.authority_code,
    plans.lacp_table_id AS care_plan_id,
    plans.lacp_person_id AS child_id,
    plans.lacp_cla_care_plan_start_date AS start_date,
    plans.lacp_cla_care_plan_end_date AS end_date,
    coalesce(plans.lacp_cla_care_plan_json__ltfost18, false)
    AND NOT coalesce(list_contains(plans.unread_columns, 'lacp_cla_care_plan_end_date'), false) AS is_meant_to_last
FROM staging.ssd_cla_care_plan AS plans
