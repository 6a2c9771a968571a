WITH numbers AS (
    SELECT
        upn,
        count(*) AS children
    FROM usable.cin_census_children
    GROUP BY upn
)

SELECT children.line
FROM usable.cin_census_children AS children
INNER JOIN numbers ON children.upn = numbers.upn
WHERE numbers.children > 1
