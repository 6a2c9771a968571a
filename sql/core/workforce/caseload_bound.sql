-- One row a role, team and day from which the bounds of a caseload hold.
SELECT
    bounds.authority_code,
    bounds.role,
    bounds.team_code,
    bounds.from_date,
    cast(bounds.lower_bound AS DECIMAL(18, 2)) AS lower_bound,
    cast(bounds.upper_bound AS DECIMAL(18, 2)) AS upper_bound,
    bounds.line
FROM staging.local_caseload_bounds AS bounds
