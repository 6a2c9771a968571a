"""What is wrong with which row, why, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Consequence(StrEnum):
    """What a finding does; only what cannot be used is refused."""

    REFUSE_DELIVERY = "refuse_delivery"
    REFUSE_ROW = "refuse_row"
    WARN = "warn"


class Severity(StrEnum):
    """How loudly a finding speaks, in Great Expectations' own words."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Rule:
    """A rule's code (never reused), what is wrong when it fires, and what to do about it."""

    code: str
    sentence: str
    remedy: str
    severity: Severity
    consequence: Consequence


def _refuses_delivery(code: str, sentence: str, remedy: str) -> Rule:
    return Rule(code, sentence, remedy, Severity.CRITICAL, Consequence.REFUSE_DELIVERY)


ESCAPING_PATH = _refuses_delivery(
    "DLV-001",
    "A name in the delivery leads outside its folder.",
    "Remove the link, or the name with '..' or a leading '/', and deliver the file itself.",
)
LOCKED_FILE = _refuses_delivery(
    "DLV-002",
    "The file is locked: it is open elsewhere, protected by a password, or not readable by this service.",
    "Close it, save it without a password, or grant read access; then deliver again.",
)
TOO_LARGE = _refuses_delivery(
    "DLV-003",
    "The file is larger, or unpacks to more, than LARGEST_FILE_BYTES allows.",
    "Check that it is the file that was meant; if it is, raise LARGEST_FILE_BYTES.",
)
EMPTY_FILE = _refuses_delivery(
    "DLV-004",
    "The file is empty: it has no header.",
    "Extract it again. A table without rows is delivered with its header alone.",
)
TRUNCATED_FILE = _refuses_delivery(
    "DLV-005",
    "The file ends in the middle of a record or cannot be read to its end.",
    "Copy it again whole; then deliver again.",
)
UNDECODABLE_FILE = _refuses_delivery(
    "DLV-006",
    "The file's text is neither UTF-8 nor Windows-1252.",
    "Save it as CSV UTF-8; then deliver again.",
)
NOT_A_TABLE = _refuses_delivery(
    "DLV-007",
    "The file is not the comma-separated text, the workbook or the XML that its name says.",
    "Save it in the format its name says; then deliver again.",
)
AMBIGUOUS_HEADER = _refuses_delivery(
    "DLV-008",
    "Two columns have the same heading, or a column with values has none.",
    "Give each column the heading of the specification; then deliver again.",
)
MISSING_KEY_COLUMN = _refuses_delivery(
    "DLV-009",
    "A column without which no row can be used is missing.",
    "Extract the table again with the column named here.",
)
NOTHING_USABLE = _refuses_delivery(
    "DLV-010",
    "The delivery holds no file that this source knows.",
    "Check the folder and the file names against the source's contracts.",
)
UNKNOWN_FILE = Rule(
    "DLV-011",
    "The file is not one that this source's contracts know: it is kept in landing and not read.",
    "Nothing, if it is not meant to be used; otherwise correct its name.",
    Severity.INFO,
    Consequence.WARN,
)
MISSING_TABLE = Rule(
    "DLV-012",
    "The table is not in the delivery: the KPIs that need it are absent for this authority.",
    "Deliver the table; if it has no rows, with its header alone.",
    Severity.CRITICAL,
    Consequence.WARN,
)
UNKNOWN_COLUMN = Rule(
    "DLV-013",
    "The column is not in the contract: it is kept in landing and not read.",
    "Nothing, if it is not meant to be used; otherwise correct its heading.",
    Severity.INFO,
    Consequence.WARN,
)
MISSING_COLUMN = Rule(
    "DLV-014",
    "The column is missing: it is read as blank in every row.",
    "Extract the table again with the column named here.",
    Severity.WARNING,
    Consequence.WARN,
)
MISSING_CRITICAL_COLUMN = Rule(
    "DLV-017",
    "A column that figures depend on is missing: the KPIs that need its table are absent for this authority.",
    "Extract the table again with the column named here.",
    Severity.CRITICAL,
    Consequence.WARN,
)
MALFORMED_RECORD = Rule(
    "DLV-015",
    "The record does not have as many fields as the header.",
    "Look for a comma or a line break outside quotation marks in this line, and fix it at the source.",
    Severity.CRITICAL,
    Consequence.REFUSE_ROW,
)
MONTH_FIRST = Rule(
    "DLV-021",
    "The column has dates with the month first: those that could be read either way are read as blank.",
    "Extract the table again with dates as 2021-02-28, or with the day first.",
    Severity.CRITICAL,
    Consequence.WARN,
)
OLDER_THAN_ITS_MONTH = Rule(
    "DLV-022",
    "The table has records of every month of a year, and none of the delivery's month: it may be an older export.",
    "Compare it with the case management system; if it is older, extract it again.",
    Severity.CRITICAL,
    Consequence.WARN,
)
NO_LAST_LINE_BREAK = Rule(
    "DLV-020",
    "The file does not end with a line break: its last value may be cut off.",
    "Compare its last line with the record; if it is cut off, copy the file again whole.",
    Severity.INFO,
    Consequence.WARN,
)
UNKNOWN_ELEMENT = Rule(
    "DLV-023",
    "An element or attribute not in the contract first stands in this line: it is kept in landing and not read.",
    "Nothing, if it is not meant to be used; otherwise correct its name or where it stands.",
    Severity.INFO,
    Consequence.WARN,
)
REPEATED_ELEMENT = Rule(
    "DLV-024",
    "The record has the element more than once: the first is read.",
    "Leave the right one and remove the other at the source.",
    Severity.WARNING,
    Consequence.WARN,
)
STRAY_TEXT = Rule(
    "DLV-025",
    "Text stands between two elements, where none belongs: it is kept in landing and not read.",
    "Look for a value outside its element in this line, and fix it at the source.",
    Severity.WARNING,
    Consequence.WARN,
)
SHARED_LINES = Rule(
    "DLV-026",
    "Records of a table stand in one line of the file, or on several sheets: their number identifies them.",
    "Nothing; with line breaks, or on one sheet, each record would have a line of its own.",
    Severity.INFO,
    Consequence.WARN,
)
OTHER_YEAR = Rule(
    "DLV-027",
    "The column belongs to another collection year than the delivery's: it is read all the same.",
    "Check that the delivery's month is in the collection year of the file.",
    Severity.INFO,
    Consequence.WARN,
)
NO_RECORD = Rule(
    "DLV-028",
    "The row is no record, but a title, the headings again, a total or a note: it is kept in landing and not read.",
    "Nothing, unless it was meant to be a record: then fill in the first column.",
    Severity.INFO,
    Consequence.WARN,
)
OTHER_SPELLING = Rule(
    "DLV-029",
    "The heading is another than the specification's: it is read as the column named here.",
    "Nothing, if that is what it means; otherwise give it the heading of the specification.",
    Severity.INFO,
    Consequence.WARN,
)
UNKNOWN_SHEET = Rule(
    "DLV-030",
    "The sheet is hidden, or not named after a list: it is kept in landing and not read.",
    "Nothing, if it is not meant to be used; otherwise show it, and name it after its list.",
    Severity.INFO,
    Consequence.WARN,
)
PLACEHOLDER = Rule(
    "DLV-031",
    "The column has what stands for no value, such as NULL, 1900-01-01 or SSD_PH: it is read as blank.",
    "Nothing, if no value is what was meant; otherwise record it in the case management system.",
    Severity.INFO,
    Consequence.WARN,
)
TABLE_WITHOUT_KEY = Rule(
    "DLV-032",
    "A column without which no row can be used is missing, or blank in every row: the table is not read, and KPIs that "
    "need it are absent.",
    "Extract the table again with the column named here.",
    Severity.CRITICAL,
    Consequence.WARN,
)
FOUND_ELSEWHERE = Rule(
    "DLV-033",
    "The column is missing, blank in every row, or a key that many records share: its values are taken from where else "
    "the delivery has them.",
    "Nothing, if the case management system writes it so; otherwise extract the table again with the column.",
    Severity.INFO,
    Consequence.WARN,
)
AROUND_THE_RECORDS = Rule(
    "DLV-034",
    "An export tool wrote more than records into the file: a title above the headings, sep=, dashes below them, a "
    "count of rows, quotation marks around whole lines, or a mark at its beginning or end. All of that is left out.",
    "Nothing; or export the table without them.",
    Severity.INFO,
    Consequence.WARN,
)
BLANK_COLUMN = Rule(
    "DLV-035",
    "The column is blank in every row, or in more than it can be: figures that depend on it are absent.",
    "Extract the table again with the column filled in; where every row has the same value, with that value.",
    Severity.CRITICAL,
    Consequence.WARN,
)
ANOTHER_KIND_OF_ID = Rule(
    "DLV-036",
    "Not one id of the column is in the table that it refers to: it is read as blank. Figures that ask for the column "
    "are absent, and in others nothing is linked by it: of a plan to which no initial conference is linked, the first "
    "review is counted from the plan's start.",
    "Nothing, if the case management system writes another id there; otherwise extract both tables from one moment.",
    Severity.WARNING,
    Consequence.WARN,
)
NOTHING_OPEN = Rule(
    "DLV-037",
    "The table holds what has ended, and next to nothing that is still open: figures that need that are absent.",
    "Nothing, if the case management system writes only what is completed; otherwise extract the table again whole.",
    Severity.CRITICAL,
    Consequence.WARN,
)
EMPTY_TABLE = Rule(
    "DLV-038",
    "The table has no record, beside another with many that would each have one: KPIs that need it are absent.",
    "Extract the table again with its records; where the system does not have them, leave the file out.",
    Severity.CRITICAL,
    Consequence.WARN,
)
ONLY_WHAT_LED_ON = Rule(
    "DLV-041",
    "Every child of the table has a plan, or is looked after: referrals that led to neither are not there, and figures "
    "of referrals and of children in need are absent.",
    "Nothing, if the case management system writes only those; otherwise extract the table again whole.",
    Severity.CRITICAL,
    Consequence.WARN,
)
LATER_YEAR = Rule(
    "DLV-040",
    "The delivery is of a later collection year than the newest that is known here: it is read as one of that year.",
    "Look in the guide of the return for what changed, and ask for the contracts to be brought up to it.",
    Severity.WARNING,
    Consequence.WARN,
)
ROW_WRITTEN_TWICE = Rule(
    "DLV-039",
    "The row is the same as an earlier one in every column: the first is kept, this one refused.",
    "Nothing is lost; look for a join in the extract that writes a row more than once.",
    Severity.WARNING,
    Consequence.REFUSE_ROW,
)
SAME_TABLE_TWICE = _refuses_delivery(
    "DLV-016",
    "Two files of the delivery hold the same table.",
    "Leave the right one and remove the other.",
)
CORRECTION_WITHOUT_MATCH = _refuses_delivery(
    "DLV-018",
    "A reviewed correction does not match as many rows as it was reviewed for.",
    "Review its file in the council's corrections: where the source is fixed, end it with the month before.",
)
CORRECTION_OVERDUE = _refuses_delivery(
    "DLV-019",
    "A reviewed correction is past its last month, and its rows are not fixed at the source.",
    "Have them fixed, or review its file in the council's corrections and let it last longer.",
)

DELIVERY_RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        ESCAPING_PATH,
        LOCKED_FILE,
        TOO_LARGE,
        EMPTY_FILE,
        TRUNCATED_FILE,
        UNDECODABLE_FILE,
        NOT_A_TABLE,
        AMBIGUOUS_HEADER,
        MISSING_KEY_COLUMN,
        NOTHING_USABLE,
        UNKNOWN_FILE,
        MISSING_TABLE,
        UNKNOWN_COLUMN,
        MISSING_COLUMN,
        MALFORMED_RECORD,
        SAME_TABLE_TWICE,
        MISSING_CRITICAL_COLUMN,
        CORRECTION_WITHOUT_MATCH,
        CORRECTION_OVERDUE,
        MONTH_FIRST,
        OLDER_THAN_ITS_MONTH,
        NO_LAST_LINE_BREAK,
        UNKNOWN_ELEMENT,
        REPEATED_ELEMENT,
        STRAY_TEXT,
        SHARED_LINES,
        OTHER_YEAR,
        NO_RECORD,
        OTHER_SPELLING,
        UNKNOWN_SHEET,
        PLACEHOLDER,
        TABLE_WITHOUT_KEY,
        FOUND_ELSEWHERE,
        AROUND_THE_RECORDS,
        BLANK_COLUMN,
        ANOTHER_KIND_OF_ID,
        NOTHING_OPEN,
        ONLY_WHAT_LED_ON,
        EMPTY_TABLE,
        ROW_WRITTEN_TWICE,
        LATER_YEAR,
    )
}


class UnusableDelivery(Exception):
    """Bad data, never broken software: one file of a delivery makes the whole delivery unusable."""

    def __init__(self, rule: Rule, file_name: str, cause: str) -> None:
        super().__init__(f"{file_name}: {rule.code} {cause} {rule.remedy}")
        self.rule = rule
        self.file_name = file_name
        self.cause = cause
