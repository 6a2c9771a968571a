SELECT
    cast(authority_code AS VARCHAR) AS authority_code,
    cast(team_code AS VARCHAR) AS team_code,
    cast(team_name AS VARCHAR) AS team_name
FROM reference.team
