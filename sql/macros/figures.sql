-- What a record adds to a KPI: one where it counts, and one or zero by an answer. Null where it does not count.
CREATE OR REPLACE MACRO one_if(counts) AS cast(CASE WHEN counts THEN 1 END AS DECIMAL(18, 2));

CREATE OR REPLACE MACRO one_or_zero(answer) AS cast(cast(answer AS INTEGER) AS DECIMAL(18, 2));

-- What a record says of itself, in the words of the KPI.
CREATE OR REPLACE MACRO in_words(answer, if_so, if_not, if_unknown) AS
    CASE WHEN answer THEN if_so WHEN NOT answer THEN if_not ELSE if_unknown END;
