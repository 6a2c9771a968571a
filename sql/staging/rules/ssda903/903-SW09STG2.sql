SELECT worker.line
FROM usable.ssda903_social_worker AS worker
WHERE worker.sw_decom = worker.sw_dec
