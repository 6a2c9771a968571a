SELECT person.line
FROM usable.ssd_person AS person
WHERE
    EXISTS (
        SELECT 1 FROM rule_table.activity AS activities
        WHERE activities.child = person.pers_person_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssd_cin_episodes AS episodes
        WHERE episodes.cine_person_id = person.pers_person_id
    )
