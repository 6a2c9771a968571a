"""Run the DAGs on stand-ins for the stages, several times in one process, and print what came of each as JSON.

Each argument is one run: words of the form ``delivery=outcome``, where outcome is good, refused or broken, and
``build=broken``, ``pages=broken``, ``find=broken`` or ``gate=held``. ``E06000017/ssd=extracted`` or ``=broken`` is a
source that is extracted first.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

from pipelines.deliveries import Delivery
from pipelines.orchestration.local_run import run_dags
from pipelines.orchestration.tasks import BUILD_FAILED
from pipelines.periods import Period

if TYPE_CHECKING:
    from pydantic import SecretStr

MONTH = Period(2021, 2)


class HeldInstance(Exception):
    """The gate's own."""


class Stages:
    """What the stages are asked to do, and how it goes."""

    def __init__(self, words: str) -> None:
        self.outcomes = dict(word.split("=") for word in words.split())
        self.done: list[str] = []

    def go(self, what: object) -> None:
        if self.outcomes.get(str(what)) == "broken":
            raise RuntimeError("made up")
        self.done.append(str(what))

    def find_deliveries(self, _: object, upto: Period) -> SimpleNamespace:
        self.go("find")
        found = [Delivery.parse(name) for name in self.outcomes if name.count("/") == 2]
        deliveries = [delivery for delivery in found if delivery.month <= upto]
        listings = ["" for _ in deliveries]
        return SimpleNamespace(deliveries=deliveries, waiting=(), ignored=(), waits_for=(), listings=listings)

    def looks_as_landed(self, *_: object) -> bool:
        return False

    def land(self, _: object, delivery: Delivery) -> SimpleNamespace:
        return SimpleNamespace(outcome="refused" if self.refusal(delivery) else "landed")

    def stage(self, _: object, delivery: Delivery) -> SimpleNamespace:
        self.go(delivery)
        counts = {"rows_read": 3, "rows_refused": 1, "rows_warned": 0}
        return SimpleNamespace(outcome="staged", refusal=self.refusal(delivery), **counts)

    def refusal(self, delivery: Delivery) -> str | None:
        return "responses.csv is made up." if self.outcomes[str(delivery)] == "refused" else None

    def extracts(self) -> list[dict[str, str]]:
        names = [name.split("/") for name in self.outcomes if name.count("/") == 1]
        return [{"authority_code": code, "source": source, "url_variable": "URL"} for code, source in names]

    def extract(self, _: object, wanted: object, month: Period, url: SecretStr) -> SimpleNamespace:
        assert (month, url.get_secret_value()) == (MONTH, "sqlite://")
        self.go(wanted)
        return SimpleNamespace(outcome="extracted", rows={"ssd_person.csv": 3})

    def build(self, _: object, month: Period) -> SimpleNamespace:
        assert month == MONTH
        self.go("build")
        return SimpleNamespace(outcome="built")

    def staged_otherwise(self, _: object, month: Period) -> list[str]:
        assert month == MONTH
        return ["E06000015/ssd/2021-02: since it was staged, the rules are newer: kpis restage"]

    def judge(self, _: object, month: Period) -> SimpleNamespace:
        assert month == MONTH
        held = self.outcomes.get("gate") == "held"
        return SimpleNamespace(
            outcome="held" if held else "open", month=month, reasons="made up", failing=["made up"], digest="d"
        )

    def publish(self, _: object, month: Period) -> SimpleNamespace:
        assert month == MONTH
        if self.outcomes.get("gate") == "held":
            raise HeldInstance("2021-02 is held: made up")
        self.go("publish")
        return SimpleNamespace(outcome="published", version="v0001")

    def write(self, _: object, month: Period) -> str:
        assert month == MONTH
        self.go("pages")
        return "index.html"

    def write_unbuilt(self, _: object, month: Period, problem: str) -> str:
        assert (month, problem) == (MONTH, BUILD_FAILED)
        self.go("page of an unbuilt month")
        return "index.html"


def put_in_place(stages: Stages) -> None:
    for name, functions in {
        "landing.extract": ("extract",),
        "landing.inbox": ("find_deliveries",),
        "landing.landing": ("land", "looks_as_landed"),
        "warehouse.build": ("build",),
        "runs.steps": ("stage", "publish", "staged_otherwise"),
        "publications.month_pages": ("write", "write_unbuilt"),
        "snapshots.gate": ("judge",),
    }.items():
        module = ModuleType(f"pipelines.{name}")
        vars(module).update(Held=HeldInstance, NotApproved=HeldInstance)
        for function in functions:
            setattr(module, function, getattr(stages, function))
        sys.modules[module.__name__] = module
        package, _, own_name = module.__name__.rpartition(".")
        setattr(import_module(package), own_name, module)


def main() -> None:
    for words in sys.argv[1:]:
        stages = Stages(words)
        put_in_place(stages)
        os.environ |= {"EXTRACTS": json.dumps(stages.extracts()), "URL": "sqlite://"}
        exit_code = run_dags(MONTH)
        print(json.dumps({"exit_code": exit_code, "done": stages.done}))


main()
