-- A sex that was given and cannot be read is recorded: 4180 finds it.
WITH children AS (
    SELECT
        count(*) FILTER (
            WHERE
            coalesce(child.sex, 'U') = 'U'
            AND child.expected_birth_date IS NULL
            AND given.sex__readable IS NOT FALSE
            AND given.gender_current__readable IS NOT FALSE
        ) AS without_sex,
        count(*) AS returned
    FROM rule_table.child AS child
    INNER JOIN usable.cin_census_children AS given ON child.line = given.line
)

SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN children
WHERE children.without_sex * 50 > children.returned
