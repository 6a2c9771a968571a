SELECT person.line
FROM usable.ssd_person AS person
WHERE person.pers_death_date < person.pers_dob
