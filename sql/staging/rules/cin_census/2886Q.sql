WITH children AS (
    SELECT
        count(*) FILTER (WHERE coalesce(child.sex, 'U') = 'U' AND child.expected_birth_date IS NULL) AS without_sex,
        count(*) AS returned
    FROM rule_table.child AS child
)

SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN children
WHERE children.without_sex * 50 > children.returned
