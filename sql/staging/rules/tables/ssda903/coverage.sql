-- One row: the first and the last day that a delivery can cover: those of the collection year.
SELECT
    delivery.year_start AS first_day,
    delivery.year_end AS last_day
FROM rule_table.delivery
