SELECT
    people.authority_code,
    people.pers_person_id AS child_id,
    people.pers_dob AS birth_date
FROM staging.ssd_person AS people
