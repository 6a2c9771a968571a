WITH numbers AS (
    SELECT
        upn,
        count(*) AS children
    FROM usable.ssda903_header
    GROUP BY upn
)

SELECT header.line
FROM usable.ssda903_header AS header
INNER JOIN numbers ON header.upn = numbers.upn
WHERE numbers.children > 1
