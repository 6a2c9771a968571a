-- How a text that was given becomes a value; null where it cannot be read.

CREATE OR REPLACE MACRO read_date(given) AS
    CASE
        WHEN regexp_matches(given, '^\d{4}-\d{2}-\d{2}([ T]\d|$)') THEN
            cast(try_cast(regexp_replace(given, '(\.\d{1,6})\d*', '\1') AS TIMESTAMP) AS DATE)
        WHEN regexp_matches(given, '^\d{1,2}/\d{1,2}/\d{4}( |$)') THEN
            cast(try_strptime(given, ['%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S']) AS DATE)
    END;

-- Where the day can only come first, only second, and where it could be either.
CREATE OR REPLACE MACRO has_day_first(given) AS
    (contains(given, '/') AND regexp_matches(given, '^(1[3-9]|2\d|3[01])/(0?[1-9]|1[0-2])/'));

CREATE OR REPLACE MACRO has_month_first(given) AS
    (contains(given, '/') AND regexp_matches(given, '^(0?[1-9]|1[0-2])/(1[3-9]|2\d|3[01])/'));

CREATE OR REPLACE MACRO read_date_of_one_order(given) AS
    CASE WHEN contains(given, '-') OR has_day_first(given) THEN read_date(given) END;

-- 3,227 as reports print it; a comma anywhere else makes it no number.
CREATE OR REPLACE MACRO without_thousands_commas(given) AS
    CASE WHEN regexp_full_match(given, '\+?\d{1,3}(,\d{3})+(\.\d+)?') THEN replace(given, ',', '') ELSE given END;

CREATE OR REPLACE MACRO read_plain_number(given, maximum) AS
    CASE
        WHEN regexp_full_match(given, '\+?(\d{1,8}(\.\d+)?|\.\d+)') AND try_cast(given AS DECIMAL(18, 4)) <= maximum
            THEN try_cast(given AS DECIMAL(12, 4))
    END;

-- A number has a largest value: an NHS number in a column of counts is no count.
CREATE OR REPLACE MACRO read_number(given, maximum) AS read_plain_number(without_thousands_commas(given), maximum);

CREATE OR REPLACE MACRO read_integer(given, maximum) AS
    CASE
        WHEN regexp_full_match(given, '\+?[\d,]+(\.0+)?') THEN cast(read_number(given, maximum) AS BIGINT)
    END;

-- Lists: DuckDB makes a join of an IN with as many values, one for each column and fact.
CREATE OR REPLACE MACRO read_boolean(given) AS
    CASE
        WHEN list_contains(['y', 'yes', '1', 'true', 't'], lower(given)) THEN true
        WHEN list_contains(['n', 'no', '0', 'false', 'f'], lower(given)) THEN false
    END;

CREATE OR REPLACE MACRO read_code(given, spellings, codes) AS codes[list_position(spellings, lower(given))];

-- Shapes that only a person's identifier has: a UPN, an NHS number, a postcode, a social work registration number.
CREATE OR REPLACE MACRO looks_like_a_persons_identifier(given) AS
    regexp_full_match(
        upper(given),
        '[A-Z]\d{11}[0-9A-Z]|\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|SW\d{4,7}'
    );

CREATE OR REPLACE MACRO read_text(given, pattern, longest) AS
    CASE
        WHEN
            length(given) <= longest
            AND regexp_full_match(given, pattern)
            AND NOT looks_like_a_persons_identifier(given)
            THEN given
    END;

-- What is not JSON is taken out before the extraction: DuckDB may run an expression that two branches of a CASE share
-- before it looks at the CASE, and its error quotes the text.
CREATE OR REPLACE MACRO json_text(given, path) AS
    nullif(trim(json_extract_string(CASE WHEN json_valid(given) THEN given END, path)), '');

CREATE OR REPLACE MACRO read_json_flag(given, path) AS read_boolean(json_text(given, path));

CREATE OR REPLACE MACRO is_readable_json_flag(given, path) AS
    json_valid(given) AND (json_text(given, path) IS NULL OR read_boolean(json_text(given, path)) IS NOT NULL);

CREATE OR REPLACE MACRO only_answered(answers) AS list_filter(answers, lambda each: each.answer IS NOT NULL);
