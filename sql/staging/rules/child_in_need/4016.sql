SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.cp_plan AS protection ON plan.child = protection.child
WHERE
    plan.start_date >= protection.start_date
    AND plan.start_date < end_date_or_open(protection.end_date)
    AND NOT protection.is_of_another_authority
GROUP BY plan.line
