-- The reviewed list, as what limit_of reads: a macro reads no table, so that a SELECT names all that it reads.
SET VARIABLE disclosure_limit = (SELECT map(list(limit_id), list(number)) FROM reference.disclosure_limit);
