-- One row a worker's involvement with a child. A role that was not recorded is taken for the allocated worker's: many
-- systems extract nobody else. Of one that was recorded and could not be read, neither yes nor no is known.
-- is_undecided: when it started or ended could not be read.
SELECT
    involvements.authority_code,
    involvements.invo_involvements_id AS involvement_id,
    involvements.invo_person_id AS child_id,
    involvements.invo_professional_id AS worker_id,
    involvements.invo_professional_team AS team_code,
    involvements.invo_involvement_start_date AS start_date,
    involvements.invo_involvement_end_date AS end_date,
    CASE
        WHEN list_contains(involvements.unread_columns, 'invo_professional_role_id') THEN cast(NULL AS BOOLEAN)
        ELSE coalesce(roles.is_allocated_worker, true)
    END AS is_allocated_worker,
    coalesce(
        list_has_any(
            involvements.unread_columns, ['invo_involvement_start_date', 'invo_involvement_end_date']
        ),
        false
    ) AS is_undecided
FROM staging.ssd_involvements AS involvements
LEFT JOIN reference.involvement_role AS roles ON involvements.invo_professional_role_id = roles.role
