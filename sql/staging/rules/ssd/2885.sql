SELECT plan.line
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_initial_cp_conference AS conference ON plan.cppl_icpc_id = conference.icpc_icpc_id
WHERE
    plan.cppl_cp_plan_start_date <> conference.icpc_icpc_date
    -- A plan that comes from another authority may keep its first day.
    AND conference.icpc_icpc_transfer_in IS NOT TRUE
    AND plan.cppl_cp_plan_ola IS NOT TRUE
