SELECT header.line
FROM usable.workforce_census_return AS header
CROSS JOIN rule_table.delivery AS delivery
WHERE header.reference_date NOT BETWEEN delivery.month_start AND delivery.month_end
