SELECT header.line
FROM usable.ssda903_header AS header
WHERE header.mother = '1' AND header.mc_dob IS NULL
