-- HMAC-SHA-256 by its definition (RFC 2104): the pads are the key, padded to one block and mixed with 0x36 and 0x5c.
CREATE OR REPLACE MACRO hmac_sha256(inner_pad, outer_pad, message) AS
    sha256(outer_pad || unhex(sha256(inner_pad || encode(message))));

-- The first 128 bits. Kind and authority keep the same id in two places apart; the id comes last, so nothing in it
-- can pass for either.
CREATE OR REPLACE MACRO pseudonym(inner_pad, outer_pad, kind, authority_code, id) AS
    cast(
        left(hmac_sha256(inner_pad, outer_pad, kind || chr(31) || authority_code || chr(31) || id), 32) AS UUID
    );
