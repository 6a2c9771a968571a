SELECT plan.line
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_person AS person ON plan.cppl_person_id = person.pers_person_id
WHERE plan.cppl_cp_plan_start_date > person.pers_death_date
