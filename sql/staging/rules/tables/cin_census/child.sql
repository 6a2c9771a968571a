-- One row a child. Until 2023-24 the census had the gender in place of the sex: not recorded and indeterminate are
-- neither.
SELECT
    child.line,
    child.lachildid AS child,
    coalesce(
        child.sex,
        CASE
            WHEN delivery.year_end >= DATE '2025-03-31' THEN null
            WHEN child.gender_current = '1' THEN 'M'
            WHEN child.gender_current = '2' THEN 'F'
            WHEN child.gender_current IN ('0', '9') THEN 'U'
        END
    ) AS sex,
    child.ethnicity,
    child.person_birth_date AS birth_date,
    child.expected_person_birth_date AS expected_birth_date,
    child.person_death_date AS death_date,
    -- What was given and could not be read may be a number.
    child.upn IS NULL AND child.upn__readable IS NULL AND coalesce(child.upn_unknown = 'UN1', true) AS has_no_known_upn
FROM usable.cin_census_children AS child
CROSS JOIN rule_table.delivery
