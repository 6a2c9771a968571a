SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.child AS child ON plan.child = child.child
WHERE plan.end_date > child.death_date
