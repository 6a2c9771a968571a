-- One row: the limits of sql/reference/delivery_limit.csv.
SELECT
    max(number) FILTER (WHERE limit_id = 'months_without_a_record') AS months_without_a_record,
    max(number) FILTER (WHERE limit_id = 'fewest_records_of_a_year') AS fewest_records_of_a_year,
    max(number) FILTER (WHERE limit_id = 'largest_unmatched_percent') AS largest_unmatched_percent,
    max(number) FILTER (WHERE limit_id = 'fewest_unmatched') AS fewest_unmatched,
    max(number) FILTER (WHERE limit_id = 'largest_repeated_percent') AS largest_repeated_percent,
    max(number) FILTER (WHERE limit_id = 'fewest_repeated') AS fewest_repeated,
    max(number) FILTER (WHERE limit_id = 'fewest_records_elsewhere') AS fewest_records_elsewhere,
    max(number) FILTER (WHERE limit_id = 'fewest_records_of_a_usual_month') AS fewest_records_of_a_usual_month,
    max(number) FILTER (WHERE limit_id = 'smallest_first_month_percent') AS smallest_first_month_percent
FROM reference.delivery_limit
