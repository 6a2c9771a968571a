SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_person AS person ON plan.cinp_person_id = person.pers_person_id
WHERE plan.cinp_cin_plan_end_date > person.pers_death_date
