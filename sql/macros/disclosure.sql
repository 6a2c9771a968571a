-- Fixed random rounding by a cell key. The session's variable disclosure_key holds the secret; what is hashed by it is
-- never published, nor kept.
CREATE OR REPLACE MACRO keyed_hash(name) AS
    cast(concat('0x', left(sha256(concat(getvariable('disclosure_key'), name)), 16)) AS UBIGINT);

-- What has no record, such as how many were asked in a survey, is known by its authority and month.
CREATE OR REPLACE MACRO record_or_month(record_key, authority_code, reporting_month) AS
    coalesce(record_key, cast(md5(concat(authority_code, ' ', reporting_month)) AS UUID));

CREATE OR REPLACE MACRO record_hash(record_key) AS keyed_hash(concat('record ', cast(record_key AS VARCHAR)));

-- The key of a set of records is the sum of their hashes modulo 2^64: in whatever order, and with whatever else beside.
CREATE OR REPLACE MACRO cell_key(sum_of_hashes) AS coalesce(sum_of_hashes, 0) % 18446744073709551616;

CREATE OR REPLACE MACRO limit_of(name) AS getvariable('disclosure_limit')[name];

-- Up or down to a multiple of the base, up with the probability of what lies above the multiple below divided by the
-- base: the key decides. A multiple stays. In hundredths, since full-time equivalents have two decimal places.
CREATE OR REPLACE MACRO rounded_by_key(figure, set_key, base) AS
    cast(
        base * (
            in_hundredths(figure) // (100 * base)
            + cast(
                keyed_hash(concat('cell ', set_key, ' ', in_hundredths(figure))) % (100 * base)
                < in_hundredths(figure) % (100 * base)
                AS INTEGER
            )
        ) AS DECIMAL(18, 2)
    );

-- Beside a figure, why there is none, or that it is 0 to 4 and not surely 0.
CREATE OR REPLACE MACRO count_symbol(figure) AS CASE WHEN figure IS NULL THEN 'z' WHEN figure = 0 THEN 'low' END;

CREATE OR REPLACE MACRO denominator_symbol(denominator, unit) AS
    CASE
        WHEN unit = 'per_10000' AND coalesce(denominator, 0) = 0 THEN 'z'
        ELSE count_symbol(denominator)
    END;

-- A figure without a value is of too few, unless it is a rate of a population that nobody knows.
CREATE OR REPLACE MACRO value_symbol(value, numerator, unit) AS
    CASE
        WHEN value IS NULL THEN CASE unit WHEN 'per_10000' THEN 'z' ELSE 'c' END
        WHEN numerator = 0 THEN 'low'
    END;

CREATE OR REPLACE MACRO if_shown(figure, value) AS CASE WHEN value IS NOT NULL THEN figure END;

CREATE OR REPLACE MACRO symbol_beside(figure, value) AS
    CASE
        WHEN value IS NULL THEN 'c'
        WHEN figure IS NULL THEN 'z'
    END;
