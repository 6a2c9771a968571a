-- One row a team of the authority that has a reviewed name.
SELECT
    team_code,
    team_name
FROM snapshots.team
WHERE authority_code = $authority
ORDER BY team_code
