SELECT child.line
FROM rule_table.child_in_need AS child
CROSS JOIN rule_table.delivery
WHERE
    child.pers_upn_unknown = 'UN1'
    -- Five years old when the school year began, and not yet sixteen.
    AND child.pers_dob + INTERVAL 5 YEAR
    <= date_trunc('year', delivery.month_end - INTERVAL 8 MONTH) + INTERVAL 8 MONTH
    AND child.pers_dob + INTERVAL 16 YEAR > delivery.month_end
