SELECT conference.line
FROM rule_table.conference AS conference
WHERE isodow(conference.conference_date) > 5
