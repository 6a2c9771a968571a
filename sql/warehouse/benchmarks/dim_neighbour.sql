-- One row an authority and statistical neighbour: those of the newest list that was out by the reporting month's end,
-- or of the first there is. A council whose code changed has figures under any of its codes.
-- grain: authority_code, neighbour_code, area_code
WITH lists AS (
    SELECT
        councils.authority_code,
        neighbours.published_month,
        neighbours.neighbours,
        cast(neighbours.published_month || '-01' AS DATE) AS published_on
    FROM warehouse.dim_benchmark_area AS councils
    INNER JOIN reference.statistical_neighbour AS neighbours ON councils.area_code = neighbours.authority_code
    WHERE councils.geography = 'council'
),

in_force AS (
    SELECT
        authority_code,
        published_month,
        neighbours
    FROM lists
    QUALIFY row_number() OVER (
        PARTITION BY authority_code
        ORDER BY published_on > $as_of, abs(date_diff('day', published_on, $as_of))
    ) = 1
),

listed AS (
    SELECT
        authority_code,
        published_month,
        unnest(string_split(neighbours, ' ')) AS neighbour_code,
        len(string_split(neighbours, ' ')) AS neighbour_count
    FROM in_force
)

SELECT
    listed.authority_code,
    listed.neighbour_code,
    coalesce(others.authority_code, listed.neighbour_code) AS area_code,
    listed.published_month,
    listed.neighbour_count
FROM listed
LEFT JOIN reference.authority AS named ON listed.neighbour_code = named.authority_code
LEFT JOIN reference.authority AS others ON named.old_la_code = others.old_la_code
