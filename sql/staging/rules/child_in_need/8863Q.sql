SELECT assessment.line
FROM rule_table.assessment AS assessment
INNER JOIN rule_table.assessment AS earlier ON assessment.child = earlier.child
WHERE
    (earlier.start_date, earlier.line) < (assessment.start_date, assessment.line)
    AND assessment.start_date < end_date_or_open(earlier.authorisation_date)
GROUP BY assessment.line
