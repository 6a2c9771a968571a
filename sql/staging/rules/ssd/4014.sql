SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_cin_plans AS earlier ON plan.cinp_person_id = earlier.cinp_person_id
WHERE
    (earlier.cinp_cin_plan_start_date, earlier.line) < (plan.cinp_cin_plan_start_date, plan.line)
    AND plan.cinp_cin_plan_start_date < end_date_or_open(earlier.cinp_cin_plan_end_date)
GROUP BY plan.line
