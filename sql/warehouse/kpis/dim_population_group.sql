-- One row an authority, month, dimension and group: how many children of the group live there, by the estimate of the
-- same year as that of all.
-- grain: authority_code, reporting_month, dimension, group_code
SELECT
    populations.authority_code,
    populations.reporting_month,
    given.dimension,
    given.group_code,
    given.population,
    populations.population AS population_of_all
FROM warehouse.dim_population AS populations
INNER JOIN reference.population_by_group AS given
    ON populations.authority_code = given.authority_code AND populations.year = given.year
