SELECT child.line
FROM rule_table.child_in_need AS child
WHERE
    child.pers_dob IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM usable.ssd_cin_episodes AS episodes
        WHERE episodes.cine_person_id = child.pers_person_id AND NOT episodes.cine_referral_nfa
    )
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssd_disability AS disabilities
        WHERE disabilities.disa_person_id = child.pers_person_id AND disabilities.disa_disability_code IS NOT NULL
    )
