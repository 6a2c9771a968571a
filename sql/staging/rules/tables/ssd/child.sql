-- One row a person.
SELECT
    person.line,
    person.pers_person_id AS child,
    person.pers_sex AS sex,
    person.pers_ethnicity AS ethnicity,
    person.pers_dob AS birth_date,
    person.pers_expected_dob AS expected_birth_date,
    person.pers_death_date AS death_date,
    person.pers_upn_unknown = 'UN1' AS has_no_known_upn
FROM usable.ssd_person AS person
