"""Made-up exports of one made-up council: records of children who do not exist, shaped on a real committee report.

``write_sample`` puts SSD exports, local tables and a survey of X99000001, "Sample council", into an inbox. It writes
records, never results: who was referred when, seen when, reviewed when. What a pipeline counts from them by the
register's rules rounds, over September 2020 to February 2021 and at scale 1, to the report's figures:

- assessments within 45 working days 95%, initial conferences within 15 working days 59%;
- child protection visits 85% where one is due every 10 working days (no plan in the SSD states an interval; 10 is the
  interval most often read in local policies), child protection reviews 94%;
- visits to looked-after children 90% (regulation 28, as ``care`` says), their reviews 100%, which is all of them;
- 655 children looked after and 474 on plans on 28 February 2021: 65 (11%) and 79 (20%) more than a year before;
- a survey of 67 respondents of 162 with the report's thirteen scores, and the scores of region and nation.

Beside them stand local tables: child in need reviews, 97% in time where one is due after 3 and then every 6 months; the
interval that most plans state, modes of visit, posts, bounds of caseloads, and serious incidents.

The history runs from January 2018 (what was open then began in 2015 or later) at the counts and percentages published
for the council that the report is about; months and teams differ. Each delivery is that history as known at its
month's end. The last one has faults in it: ``FAULTS`` lists them, and ``SampleWritten.faults`` says on which lines.

How: ``stock`` decides who starts and ends so that month ends count as ``shape`` says; ``journeys`` makes each child's
episode backwards from those dates, ``apportion`` deciding which are late; ``people`` and ``allocation`` give it a
child and workers; ``need``, ``protection``, ``care`` and ``local`` write it in rows, with ``clocks`` for whatever falls
due again and again; ``writing`` writes each row to the deliveries that know of it. ``returns`` makes of an export what
the council sends in the other formats. The same seed gives the same bytes. ``write_settings`` writes what the council
sets for itself: targets, populations, the first month of its data, and whose published figures stand beside its own.
"""

from __future__ import annotations

from pipelines.sample.council import SampleWritten, write_sample, write_settings
from pipelines.sample.files.faults import EXPECTED, FAULTS, FaultKind, PlantedFault
from pipelines.sample.returns import write_returns, write_returns_of_sample

__all__ = [
    "EXPECTED",
    "FAULTS",
    "FaultKind",
    "PlantedFault",
    "SampleWritten",
    "write_returns",
    "write_returns_of_sample",
    "write_sample",
    "write_settings",
]
