"""A made-up children in need census, as large as a region's: ``python -m bench.census FOLDER [CHILDREN]``.

Every name and number in it is invented. It is written a child at a time, the same for the same number of children.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = """<?xml version="1.0" encoding="utf-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>CIN</Collection>
      <Year>2024</Year>
      <ReferenceDate>2024-03-31</ReferenceDate>
    </CollectionDetails>
    <Source>
      <SourceLevel>L</SourceLevel>
      <LEA>999</LEA>
    </Source>
  </Header>
  <Children>
"""
FOOTER = "  </Children>\n</Message>\n"
FIRST_DAY = dt.date(2023, 4, 1)
CHILDREN = 200_000
YEAR = 2024
FILE = f"cin_census_{YEAR}.xml"


def write(folder: Path, children: int) -> None:
    """Write the census of so many children into a folder."""
    dice = random.Random(children)  # noqa: S311 - made-up data
    with (folder / FILE).open("w", encoding="utf-8", newline="\n") as target:
        target.write(HEADER)
        for number in range(1, children + 1):
            target.writelines(map(_indented, _child(dice, number)))
        target.write(FOOTER)


def _indented(line: str) -> str:
    """By four spaces a level, as the exports that others published are."""
    return f"{' ' * (len(line) - len(line.lstrip()))}{line}\n"


def _child(dice: random.Random, number: int) -> Iterator[str]:
    yield from (
        "    <Child>",
        "      <ChildIdentifiers>",
        f"        <LAchildID>MADEUP{number:08d}</LAchildID>",
        f"        <UPN>A{number:012d}</UPN>",
        f"        <PersonBirthDate>{FIRST_DAY - dt.timedelta(days=dice.randrange(6400))}</PersonBirthDate>",
        f"        <GenderCurrent>{dice.choice('12')}</GenderCurrent>",
        "      </ChildIdentifiers>",
        "      <ChildCharacteristics>",
        f"        <Ethnicity>{dice.choice(('WBRI', 'WOTH', 'APKN', 'BAFR', 'MOTH', 'NOBT'))}</Ethnicity>",
        "        <Disabilities>",
        f"          <Disability>{dice.choice(('NONE', 'NONE', 'NONE', 'LD', 'AUT'))}</Disability>",
        "        </Disabilities>",
        "      </ChildCharacteristics>",
    )
    for _ in range(dice.choice((1, 1, 1, 2))):
        yield from _referral(dice)
    yield "    </Child>"


def _referral(dice: random.Random) -> Iterator[str]:
    start = FIRST_DAY + dt.timedelta(days=dice.randrange(300))
    conference = start + dt.timedelta(days=20)
    yield from (
        "      <CINdetails>",
        f"        <CINreferralDate>{start}</CINreferralDate>",
        f"        <ReferralSource>{dice.choice(('1A', '2A', '3C', '5B', '6'))}</ReferralSource>",
        f"        <PrimaryNeedCode>N{dice.randrange(1, 9)}</PrimaryNeedCode>",
    )
    if is_closed := dice.random() < 0.5:
        yield f"        <CINclosureDate>{start + dt.timedelta(days=64)}</CINclosureDate>"
        yield "        <ReasonForClosure>RC7</ReasonForClosure>"
    for number in range(dice.choice((1, 1, 2))):
        begun = start + dt.timedelta(days=number * 25)
        yield "        <Assessments>"
        yield f"          <AssessmentActualStartDate>{begun}</AssessmentActualStartDate>"
        yield f"          <AssessmentAuthorisationDate>{begun + dt.timedelta(days=39)}</AssessmentAuthorisationDate>"
        yield "          <FactorsIdentifiedAtAssessment>"
        for factor in dice.sample(("1A", "2B", "3B", "4B", "5A", "16A", "17A"), dice.randrange(1, 4)):
            yield f"            <AssessmentFactors>{factor}</AssessmentFactors>"
        yield "          </FactorsIdentifiedAtAssessment>"
        yield "        </Assessments>"
    yield "        <CINPlanDates>"
    yield f"          <CINPlanStartDate>{start + dt.timedelta(days=30)}</CINPlanStartDate>"
    if is_closed:
        yield f"          <CINPlanEndDate>{start + dt.timedelta(days=60)}</CINPlanEndDate>"
    yield "        </CINPlanDates>"
    if dice.random() < 0.4:
        yield from (
            "        <Section47>",
            f"          <S47ActualStartDate>{start}</S47ActualStartDate>",
            f"          <InitialCPCtarget>{start + dt.timedelta(days=21)}</InitialCPCtarget>",
            f"          <DateOfInitialCPC>{conference}</DateOfInitialCPC>",
            "          <ICPCnotRequired>0</ICPCnotRequired>",
            "        </Section47>",
        )
    yield "        <ReferralNFA>0</ReferralNFA>"
    if dice.random() < 0.2:
        yield "        <ChildProtectionPlans>"
        yield f"          <CPPstartDate>{conference}</CPPstartDate>"
        if is_closed:
            yield f"          <CPPendDate>{conference + dt.timedelta(days=40)}</CPPendDate>"
        yield "          <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>"
        yield "          <LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
        yield "          <NumberOfPreviousCPP>0</NumberOfPreviousCPP>"
        yield "          <Reviews>"
        yield f"            <CPPreviewDate>{conference + dt.timedelta(days=38)}</CPPreviewDate>"
        yield "          </Reviews>"
        yield "        </ChildProtectionPlans>"
    yield "      </CINdetails>"


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else CHILDREN)
