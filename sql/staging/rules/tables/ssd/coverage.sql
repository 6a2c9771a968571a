-- One row: the first and the last day that a delivery can cover: the whole history, up to the end of the month in
-- which the export was made.
SELECT
    DATE '1900-01-01' AS first_day,
    delivery.extracted_by AS last_day
FROM rule_table.delivery
