SELECT header.line
FROM usable.ssda903_header AS header
WHERE header.mc_dob IS NOT NULL AND header.sex = 'F' AND coalesce(header.mother, '0') = '0'
