-- One row a child who has a referral: the children that the CIN census would return.
SELECT
    person.line,
    person.pers_person_id,
    person.pers_sex,
    person.pers_ethnicity,
    person.pers_dob,
    person.pers_expected_dob,
    person.pers_death_date,
    person.pers_upn_unknown
FROM usable.ssd_person AS person
WHERE EXISTS (
    SELECT 1 FROM usable.ssd_cin_episodes AS episodes
    WHERE episodes.cine_person_id = person.pers_person_id
)
