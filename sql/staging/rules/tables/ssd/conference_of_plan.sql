-- One row an initial conference of the authority's own that a plan names. A plan that comes from another authority may
-- keep its first day.
SELECT
    plan.cppl_cp_plan_id AS plan_id,
    conference.icpc_icpc_date AS conference_date
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_initial_cp_conference AS conference ON plan.cppl_icpc_id = conference.icpc_icpc_id
WHERE conference.icpc_icpc_transfer_in IS NOT TRUE
