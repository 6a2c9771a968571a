SELECT child.line
FROM rule_table.returned_child AS child
CROSS JOIN rule_table.delivery
WHERE
    child.birth_date IS NULL
    AND child.expected_birth_date NOT BETWEEN delivery.month_start AND last_day(delivery.month_start + INTERVAL 9 MONTH)
    AND child.is_returned_now
