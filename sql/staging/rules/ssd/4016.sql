SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_cp_plans AS protection ON plan.cinp_person_id = protection.cppl_person_id
WHERE
    protection.cppl_cp_plan_ola IS NOT TRUE
    AND plan.cinp_cin_plan_end_date IS NULL
    AND plan.cinp_cin_plan_start_date < protection.cppl_cp_plan_end_date
GROUP BY plan.line
