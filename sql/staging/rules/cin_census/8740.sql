SELECT enquiry.line
FROM rule_table.enquiry_without_conference AS enquiry
CROSS JOIN rule_table.coverage
WHERE enquiry.start_date NOT BETWEEN coverage.first_day AND coverage.last_day
