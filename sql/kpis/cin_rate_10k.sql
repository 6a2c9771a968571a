-- The population is known of the whole authority alone.
SELECT * REPLACE (cast(NULL AS VARCHAR) AS team_code)
FROM kpis.cin_count
UNION ALL BY NAME
SELECT *
FROM warehouse.fct_population_record
