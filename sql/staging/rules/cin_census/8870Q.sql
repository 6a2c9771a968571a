SELECT enquiry.line
FROM usable.cin_census_s47 AS enquiry
WHERE isodow(enquiry.initial_cpc_target) > 5
