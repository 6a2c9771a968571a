SELECT header.line
FROM usable.ssda903_header AS header
WHERE header.mc_dob <= header.dob
