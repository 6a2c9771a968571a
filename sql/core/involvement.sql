-- One row a worker's involvement with a child. A role that was not recorded is taken for the allocated worker's: many
-- systems extract nobody else.
WITH involvements AS (
    SELECT
        authority_code,
        invo_involvements_id,
        invo_professional_id,
        invo_person_id,
        invo_professional_role_id,
        invo_professional_team,
        invo_involvement_start_date,
        invo_involvement_end_date
    FROM staging.ssd_involvements
),

roles AS (
    SELECT
        role,
        is_allocated_worker
    FROM reference.involvement_role
)

SELECT
    involvements.authority_code,
    involvements.invo_involvements_id AS involvement_id,
    involvements.invo_person_id AS child_id,
    involvements.invo_professional_id AS worker_id,
    involvements.invo_professional_team AS team_code,
    involvements.invo_involvement_start_date AS start_date,
    involvements.invo_involvement_end_date AS end_date,
    coalesce(roles.is_allocated_worker, true) AS is_allocated_worker
FROM involvements
LEFT JOIN roles ON involvements.invo_professional_role_id = roles.role
