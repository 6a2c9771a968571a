SELECT assessment.line
FROM rule_table.assessment AS assessment
CROSS JOIN rule_table.coverage
WHERE
    assessment.authorisation_date IS NULL
    AND assessment.start_date NOT BETWEEN coverage.first_day AND coverage.last_day
