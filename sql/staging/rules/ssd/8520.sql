SELECT person.line
FROM usable.ssd_person AS person
CROSS JOIN rule_table.delivery
WHERE person.pers_dob > delivery.extracted_by
