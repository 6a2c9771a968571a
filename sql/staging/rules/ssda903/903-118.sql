SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
CROSS JOIN rule_table.delivery
LEFT JOIN rule_table.year_of_child AS care ON decision.child = care.child
WHERE decision.date_placed_ceased < greatest(delivery.year_start, care.period_decom)
