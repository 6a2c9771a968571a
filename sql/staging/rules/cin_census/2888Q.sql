WITH children AS (
    SELECT count(*) AS disabilities
    FROM rule_table.disability AS given
    WHERE given.disability <> 'NONE'
    GROUP BY given.child
),

largest AS (
    SELECT max(children.disabilities) AS disabilities
    FROM children
)

SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN largest
WHERE largest.disabilities = 1
