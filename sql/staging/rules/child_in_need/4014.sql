SELECT plan.line
FROM rule_table.cin_plan AS plan
INNER JOIN rule_table.cin_plan AS earlier ON plan.child = earlier.child
WHERE
    (earlier.start_date, earlier.line) < (plan.start_date, plan.line)
    AND plan.start_date < end_date_or_open(earlier.end_date)
GROUP BY plan.line
