SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN rule_table.delivery AS delivery
WHERE header.reference_date NOT BETWEEN delivery.year_start AND delivery.year_end
