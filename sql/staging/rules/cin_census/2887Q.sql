WITH disabilities AS (
    SELECT count(DISTINCT given.disability) FILTER (WHERE given.disability <> 'NONE') AS codes
    FROM rule_table.disability AS given
)

SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN disabilities
WHERE disabilities.codes < 8
