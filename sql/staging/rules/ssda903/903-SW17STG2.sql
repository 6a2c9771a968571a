SELECT worker.line
FROM usable.ssda903_social_worker AS worker
CROSS JOIN rule_table.delivery
QUALIFY
    NOT bool_or(worker.sw_decom <= delivery.year_end AND coalesce(worker.sw_dec >= delivery.year_end, true))
        OVER (PARTITION BY worker.child)
    AND row_number() OVER (PARTITION BY worker.child ORDER BY worker.sw_decom DESC, worker.line DESC) = 1
