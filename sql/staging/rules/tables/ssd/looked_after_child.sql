-- One row a person.
SELECT
    person.pers_person_id AS child,
    person.pers_sex AS sex,
    person.pers_dob AS dob
FROM usable.ssd_person AS person
