-- Born on 29 February, on 1 March where the year has no 29th.
SELECT plan.line
FROM usable.cin_census_cp_plans AS plan
INNER JOIN usable.cin_census_children AS child ON plan.lachildid = child.lachildid
CROSS JOIN rule_table.delivery
WHERE child.person_birth_date <= coalesce(plan.cpp_end_date - 1, delivery.month_end) - INTERVAL 18 YEAR
