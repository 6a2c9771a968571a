SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_cp_plans AS protection ON plan.cinp_person_id = protection.cppl_person_id
WHERE
    protection.cppl_cp_plan_ola IS NOT TRUE
    AND protection.cppl_cp_plan_end_date IS NULL
    AND protection.cppl_cp_plan_start_date < end_date_or_open(plan.cinp_cin_plan_end_date)
GROUP BY plan.line
