SELECT worker.line
FROM usable.ssda903_social_worker AS worker
CROSS JOIN rule_table.delivery
WHERE worker.sw_decom > delivery.year_end OR worker.sw_dec < delivery.year_start
