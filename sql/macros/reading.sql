-- How a text that was given becomes a value; null where it cannot be read.
-- Cases within cases: of an AND that is no filter DuckDB computes both sides for every row.

-- A date, and the time and zone after it, in the forms that databases and spreadsheets write: year first, day first, or
-- with the month named. Each part is blank where the text is in none of these forms.
CREATE OR REPLACE MACRO date_parts(given) AS regexp_extract(
    given,
    '(?i)^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(?:1[7-9]|2\d|99)\d{6}(?:\.0)?'
    || '|\d{1,2}[- /.][a-z]{3,9}[- /.](?:\d{4}|\d\d)|[a-z]{3,9} +\d{1,2},? +\d{4})'
    || '(?:[ t]+(\d{1,2}[:.]\d\d)(?:[:.][0-5]\d(?:[.,]\d{1,9})?)? ?([ap]m)?)?'
    || ' ?(z|utc|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$',
    ['day', 'minute', 'half', 'zone']
);

CREATE OR REPLACE MACRO with_hyphens(day) AS
    regexp_replace(regexp_replace(day, '\.0$', ''), '[^0-9A-Za-z]+', '-', 'g');

-- Two digits do not say whether 31-DEC-99 is a day of 1999 or the 9999 of a date that was never filled in.
CREATE OR REPLACE MACRO read_day_of_two_digit_year(day) AS
    CASE
        WHEN NOT regexp_matches(day, '(?i)^(0?1-jan-(00|53)|3[01]-dec-99)$') THEN try_strptime(day, '%d-%b-%y')
    END;

CREATE OR REPLACE MACRO read_day_of_date(day) AS
    CASE
        WHEN regexp_matches(day, '[A-Za-z][- /.]\d\d$') THEN read_day_of_two_digit_year(with_hyphens(day))
        ELSE try_strptime(
            with_hyphens(day),
            ['%Y-%m-%d', '%d-%m-%Y', '%Y%m%d', '%d-%b-%Y', '%d-%B-%Y', '%b-%d-%Y', '%B-%d-%Y']
        )
    END;

CREATE OR REPLACE MACRO read_time_of_date(minute, half) AS
    try_strptime(coalesce(nullif(replace(minute, '.', ':'), ''), '00:00') || half, ['%I:%M%p', '%H:%M'])
    - TIMESTAMP '1900-01-01';

-- An instant, which has a zone, is on the day that it was in London.
CREATE OR REPLACE MACRO read_instant(local_time, zone) AS
    timezone(
        'Europe/London',
        try_cast(
            strftime(local_time, '%Y-%m-%d %H:%M:%S') || regexp_replace(zone, '(?i)^(z|utc)$', '+00') AS TIMESTAMPTZ
        )
    );

CREATE OR REPLACE MACRO read_local_time(parts) AS
    read_day_of_date(parts.day) + read_time_of_date(parts.minute, parts.half);

CREATE OR REPLACE MACRO read_day_in_london(local_time, zone) AS
    CASE WHEN zone = '' THEN cast(local_time AS DATE) ELSE cast(read_instant(local_time, zone) AS DATE) END;

-- By lambdas: DuckDB puts what a macro is given in place of every mention of it, and would plan each of them.
CREATE OR REPLACE MACRO read_date_of_parts(parts) AS
    list_transform(
        [read_local_time(parts)], lambda local_time: read_day_in_london(local_time, parts.zone)
    )[1];

-- What most exports write comes first: the other forms take ten times as long.
CREATE OR REPLACE MACRO read_date(given) AS
    CASE
        WHEN regexp_matches(given, '^\d{4}-\d\d-\d\d(?:[ T]00:00:00(?:\.0+)?)?$') THEN try_cast(left(given, 10) AS DATE)
        WHEN regexp_matches(given, '^\d{1,2}/\d{1,2}/\d{4}(?: 00:00(?::00(?:\.0+)?)?)?$') THEN
            cast(try_strptime(split_part(given, ' ', 1), '%d/%m/%Y') AS DATE)
        ELSE list_transform([date_parts(given)], lambda parts: read_date_of_parts(parts))[1]
    END;

-- Where the day can only come first, only second, and where it could be either.
CREATE OR REPLACE MACRO has_day_first(given) AS
    regexp_matches(given, '^(1[3-9]|2\d|3[01])[-/.](0?[1-9]|1[0-2])[-/.]\d{4}');

CREATE OR REPLACE MACRO has_month_first(given) AS
    regexp_matches(given, '^(0?[1-9]|1[0-2])[-/.](1[3-9]|2\d|3[01])[-/.]\d{4}');

CREATE OR REPLACE MACRO read_date_of_one_order(given) AS
    CASE
        WHEN has_day_first(given) OR NOT regexp_matches(given, '^\d{1,2}[-/.]\d{1,2}[-/.]') THEN read_date(given)
    END;

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
        WHEN regexp_full_match(given, '\d{1,8}')
            THEN CASE WHEN try_cast(given AS BIGINT) <= maximum THEN try_cast(given AS BIGINT) END
        WHEN regexp_full_match(given, '\+?[\d,]+(\.0+)?') THEN cast(read_number(given, maximum) AS BIGINT)
    END;

-- Lists: DuckDB makes a join of an IN with as many values, one for each column and fact.
CREATE OR REPLACE MACRO read_boolean(given) AS
    CASE
        WHEN list_contains(['y', 'yes', '1', '1.0', 'true', 't'], lower(given)) THEN true
        WHEN list_contains(['n', 'no', '0', '0.0', 'false', 'f'], lower(given)) THEN false
    END;

-- Blanks, dashes, apostrophes and the full stop at the end, as any two people type them differently.
CREATE OR REPLACE MACRO as_spelt(given) AS
    rtrim(regexp_replace(lower(translate(given, '–—‘’', '--''''')), '\s+', ' ', 'g'), ' .');

-- C2 of "C2 - Full care order": a code with a letter in it, and what it means after it; else blank.
CREATE OR REPLACE MACRO code_before_description(given) AS
    regexp_extract(lower(given), '^([a-z][a-z0-9]{1,5}|\d{1,2}[a-z]) ?[-–—:] ?\S', 1);

CREATE OR REPLACE MACRO read_code(given, spellings, codes) AS coalesce(
    codes[list_position(spellings, lower(given))],
    codes[list_position(spellings, as_spelt(given))],
    codes[list_position(spellings, code_before_description(given))]
);

-- Shapes that only a person's identifier has: a UPN, an NHS number, a postcode, a social work registration number.
-- None has fewer than five characters.
CREATE OR REPLACE MACRO looks_like_a_persons_identifier(given) AS
    regexp_full_match(
        upper(given),
        '[A-Z]\d{11}[0-9A-Z]|\d{3}[ -]?\d{3}[ -]?\d{4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|SW\d{4,7}'
    );

CREATE OR REPLACE MACRO read_text(given, pattern, longest) AS
    CASE
        WHEN
            length(given) <= longest AND regexp_full_match(given, pattern)
            THEN
                CASE
                    WHEN strlen(given) < 5 THEN given
                    WHEN NOT looks_like_a_persons_identifier(given) THEN given
                END
    END;

-- What is not JSON is taken out before the extraction: DuckDB may run an expression that two branches of a CASE share
-- before it looks at the CASE, and its error quotes the text.
CREATE OR REPLACE MACRO json_text(given, path) AS
    nullif(trim(json_extract_string(CASE WHEN json_valid(given) THEN given END, path)), '');

CREATE OR REPLACE MACRO is_readable_json_flag(given, flag) AS
    json_valid(given) AND (flag IS NULL OR read_boolean(flag) IS NOT NULL);

CREATE OR REPLACE MACRO only_answered(answers) AS list_filter(answers, lambda each: each.answer IS NOT NULL);

-- What staging does to a text before anything else looks at it. Most texts are too short or too long to be asked for.
CREATE OR REPLACE MACRO is_one_of_words(given, words) AS
    CASE
        WHEN strlen(given) BETWEEN 2 AND 8 OR strlen(given) = 16 THEN list_contains(words, lower(given))
        WHEN given IS NOT NULL THEN false
    END;

CREATE OR REPLACE MACRO is_one_of_days(given, years, days) AS
    CASE
        WHEN regexp_matches(given, years) THEN coalesce(list_contains(days, cast(read_date(given) AS VARCHAR)), false)
        ELSE false
    END;

-- Of an id, as spreadsheets and data frames write whole numbers, and tools that do not agree on the case of a GUID.
CREATE OR REPLACE MACRO in_one_form(given) AS
    CASE
        WHEN suffix(given, '.0')
            THEN CASE WHEN regexp_full_match(given, '-?\d+\.0') THEN left(given, -2) ELSE given END
        WHEN
            strlen(given) IN (36, 38)
            THEN
                CASE
                    WHEN regexp_full_match(given, '\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?')
                        THEN upper(trim(given, '{}'))
                    ELSE given
                END
        ELSE given
    END;

CREATE OR REPLACE MACRO without_nulls(names) AS list_filter(names, lambda each: each IS NOT NULL);

-- How a text looks, and nothing of what it says: 99-AAA-99.
CREATE OR REPLACE MACRO shape_of(given) AS left(
    regexp_replace(
        regexp_replace(regexp_replace(given, '\p{L}', 'A', 'g'), '\p{N}', '9', 'g'), '[^A9 .,:;/+()_-]', '?', 'g'
    ),
    20
);
