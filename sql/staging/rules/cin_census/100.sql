SELECT header.line
FROM usable.cin_census_return AS header
CROSS JOIN rule_table.delivery
WHERE coalesce(header.reference_date <> make_date(coalesce(header.year, year(delivery.year_end)), 3, 31), true)
