SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.cp_plan AS protection ON plan.child = protection.child
WHERE plan.end_date IS NULL AND protection.end_date IS NULL AND NOT protection.is_of_another_authority
GROUP BY plan.line
