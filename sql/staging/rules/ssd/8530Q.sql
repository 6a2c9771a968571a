SELECT child.line
FROM rule_table.child_in_need AS child
CROSS JOIN rule_table.delivery
WHERE
    child.pers_dob IS NULL
    AND child.pers_expected_dob NOT BETWEEN delivery.month_start AND last_day(delivery.month_start + INTERVAL 9 MONTH)
    AND EXISTS (
        SELECT 1 FROM usable.ssd_cin_episodes AS episodes
        WHERE episodes.cine_person_id = child.pers_person_id AND episodes.cine_close_date IS NULL
    )
