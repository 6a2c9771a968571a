-- Born on 29 February, on 1 March where the year has no 29th.
SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_person AS person ON plan.cinp_person_id = person.pers_person_id
CROSS JOIN rule_table.delivery
WHERE person.pers_dob <= coalesce(plan.cinp_cin_plan_end_date - 1, delivery.month_end) - INTERVAL 18 YEAR
