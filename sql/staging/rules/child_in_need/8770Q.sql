SELECT child.line
FROM rule_table.returned_child AS child
CROSS JOIN rule_table.delivery
WHERE
    child.has_no_known_upn
    -- Five years old when the school year began, and not yet sixteen.
    AND child.birth_date + INTERVAL 5 YEAR
    <= date_trunc('year', delivery.month_end - INTERVAL 8 MONTH) + INTERVAL 8 MONTH
    AND child.birth_date + INTERVAL 16 YEAR > delivery.month_end
