SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.cp_plan AS protection ON plan.child = protection.child
WHERE
    protection.start_date >= plan.start_date
    AND protection.start_date < end_date_or_open(plan.end_date)
    AND NOT protection.is_of_another_authority
GROUP BY plan.line
