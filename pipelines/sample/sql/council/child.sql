-- One row a child. Until birth no date of birth is known.
WITH disabled AS (
    SELECT
        disa_person_id AS child_id,
        bool_or(disa_disability_code <> 'NONE') AS is_disabled
    FROM export.ssd_disability
    GROUP BY disa_person_id
)

SELECT
    people.pers_person_id AS child_id,
    people.pers_sex AS sex,
    people.pers_gender AS gender_code,
    people.pers_ethnicity AS ethnicity,
    people.pers_expected_dob AS expected_date_of_birth,
    people.pers_upn_unknown AS upn_unknown,
    people.pers_is_mother AS is_mother,
    CASE people.pers_gender WHEN '01' THEN 'Male' WHEN '02' THEN 'Female' ELSE 'Not stated/recorded' END AS gender,
    CASE WHEN people.pers_dob <= months.month_end THEN people.pers_dob END AS date_of_birth,
    CASE
        WHEN people.pers_dob <= months.month_end THEN date_sub('year', people.pers_dob, months.month_end)
    END AS age,
    CASE WHEN disabled.is_disabled THEN 'Yes' WHEN NOT disabled.is_disabled THEN 'No' ELSE 'Unknown' END
        AS has_disability
FROM export.ssd_person AS people
CROSS JOIN council.month AS months
LEFT JOIN disabled ON people.pers_person_id = disabled.child_id
