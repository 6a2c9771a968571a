SELECT worker.line
FROM usable.ssda903_social_worker AS worker
CROSS JOIN rule_table.delivery
WHERE worker.sw_dec NOT BETWEEN delivery.year_start AND delivery.year_end
