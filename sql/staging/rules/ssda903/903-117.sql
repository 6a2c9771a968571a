SELECT decision.line
FROM usable.ssda903_placed_adoption AS decision
CROSS JOIN rule_table.delivery
LEFT JOIN rule_table.year_of_child AS care ON decision.child = care.child
WHERE greatest(decision.date_placed, decision.date_placed_ceased) > least(delivery.year_end, care.left_on)
