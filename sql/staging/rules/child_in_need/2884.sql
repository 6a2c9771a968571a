SELECT conference.line
FROM rule_table.conference AS conference
INNER JOIN rule_table.conference AS other
    ON conference.child = other.child AND conference.conference_date = other.conference_date
WHERE conference.enquiry_id IS NULL AND other.enquiry_id IS NOT NULL
GROUP BY conference.line
