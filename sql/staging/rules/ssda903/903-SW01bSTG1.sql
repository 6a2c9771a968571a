SELECT worker.line
FROM usable.ssda903_social_worker AS worker
WHERE worker.sw_reason IS NULL AND worker.sw_decom IS NOT NULL AND worker.sw_id IS NOT NULL
