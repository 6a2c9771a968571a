SELECT conference.line
FROM rule_table.conference AS conference
CROSS JOIN rule_table.coverage
WHERE conference.conference_date NOT BETWEEN coverage.first_day AND coverage.last_day
