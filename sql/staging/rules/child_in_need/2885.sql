SELECT plan.line
FROM rule_table.cp_plan AS plan
INNER JOIN rule_table.conference_of_plan AS conference ON plan.plan_id = conference.plan_id
CROSS JOIN rule_table.coverage
WHERE plan.start_date BETWEEN coverage.first_day AND coverage.last_day AND NOT plan.is_of_another_authority
GROUP BY plan.line
HAVING NOT bool_or(plan.start_date = conference.conference_date)
