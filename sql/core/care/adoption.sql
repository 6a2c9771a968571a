-- One row a child adopted from care, with the days on the way to it: the care, the order to place the child, the match
-- with the adopters, and the move in with them. Who was fostered first by those who adopted moved in then.
SELECT
    periods.authority_code,
    periods.child_id,
    permanence.perm_table_id AS adoption_id,
    periods.start_date AS care_start_date,
    permanence.perm_placement_order_date AS placement_order_date,
    permanence.perm_matched_date AS match_date,
    permanence.perm_placed_for_adoption_date AS placed_date,
    least(
        permanence.perm_placed_for_adoption_date,
        CASE WHEN permanence.perm_adopted_by_carer_flag THEN permanence.perm_placed_foster_carer_date END,
        permanence.perm_placed_ffa_cp_date
    ) AS moved_in_date,
    periods.end_date AS adoption_date
FROM core.sourced_care_period AS periods
INNER JOIN staging.ssd_permanence AS permanence
    ON
        periods.authority_code = permanence.authority_code
        AND periods.child_id = permanence.perm_person_id
        AND periods.end_date >= coalesce(permanence.perm_placed_for_adoption_date, periods.end_date)
WHERE periods.source = 'ssd' AND periods.end_reason IN ('E11', 'E12')
QUALIFY row_number() OVER (
    PARTITION BY periods.authority_code, periods.child_id, periods.start_date
    ORDER BY
        permanence.perm_placed_for_adoption_date DESC NULLS LAST,
        permanence.perm_placement_order_date DESC NULLS LAST,
        permanence.perm_table_id ASC
) = 1
