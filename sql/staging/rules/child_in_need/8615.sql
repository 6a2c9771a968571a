SELECT conference.line
FROM rule_table.conference AS conference
INNER JOIN rule_table.enquiry AS enquiry ON conference.enquiry_id = enquiry.enquiry_id
WHERE
    conference.conference_date IS NOT NULL
    AND coalesce(conference.conference_date < enquiry.start_date, true)
