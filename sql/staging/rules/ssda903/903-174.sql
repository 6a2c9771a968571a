SELECT header.line
FROM usable.ssda903_header AS header
WHERE header.sex = 'M' AND header.mc_dob IS NOT NULL
