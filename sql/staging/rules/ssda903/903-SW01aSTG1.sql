SELECT worker.line
FROM usable.ssda903_social_worker AS worker
WHERE worker.sw_decom IS NULL OR worker.sw_id IS NULL
