SELECT plan.line
FROM usable.cin_census_cp_plans AS plan
INNER JOIN usable.cin_census_children AS child ON plan.lachildid = child.lachildid
WHERE plan.cpp_end_date IS NULL AND child.person_death_date IS NOT NULL
