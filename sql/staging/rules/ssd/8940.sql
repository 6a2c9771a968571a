SELECT plan.line
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_cp_plans AS earlier ON plan.cppl_person_id = earlier.cppl_person_id
WHERE
    (earlier.cppl_cp_plan_start_date, earlier.line) < (plan.cppl_cp_plan_start_date, plan.line)
    AND plan.cppl_cp_plan_start_date < end_date_or_open(earlier.cppl_cp_plan_end_date)
    AND plan.cppl_cp_plan_ola IS NOT TRUE
    AND earlier.cppl_cp_plan_ola IS NOT TRUE
GROUP BY plan.line
