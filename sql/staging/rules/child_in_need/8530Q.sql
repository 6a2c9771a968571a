SELECT child.line
FROM rule_table.returned_child AS child
CROSS JOIN rule_table.delivery
WHERE
    child.expected_date_returned NOT BETWEEN delivery.month_start AND last_day(delivery.month_start + INTERVAL 9 MONTH)
