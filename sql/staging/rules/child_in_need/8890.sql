SELECT enquiry.line
FROM rule_table.enquiry AS enquiry
INNER JOIN rule_table.enquiry AS earlier ON enquiry.child = earlier.child
WHERE
    (earlier.start_date, earlier.line) < (enquiry.start_date, enquiry.line)
    AND enquiry.start_date < end_date_or_open(earlier.end_date)
GROUP BY enquiry.line
