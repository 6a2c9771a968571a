"""Great Expectations' stores for a context that lives as long as one validation: they keep what they are given.

The stock stores keep JSON, in memory too. It was a third of what a validation cost, and nobody read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from great_expectations.core.freshness_diagnostics import ValidationDefinitionFreshnessDiagnostics
from great_expectations.core.validation_definition import ValidationDefinition
from great_expectations.data_context.store import ExpectationsStore, ValidationResultsStore
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult
    from great_expectations.data_context.store import Store

SUITES, RESULTS = "suites", "results"


class SuitesAsTheyAre(ExpectationsStore):
    """Keeps the suites as configurations, of which Great Expectations makes a suite again."""

    def serialize(self, value: ExpectationSuite) -> dict[str, Any]:
        expectations = value.expectation_configurations
        return {"name": value.name, "id": value.id, "meta": value.meta, "expectations": expectations}

    def deserialize(self, value: dict[str, Any]) -> dict[str, Any]:
        return value


class ResultsAsTheyAre(ValidationResultsStore):
    """Keeps the results of a validation."""

    def serialize(self, value: ExpectationSuiteValidationResult) -> ExpectationSuiteValidationResult:
        return value

    def deserialize(self, value: ExpectationSuiteValidationResult) -> ExpectationSuiteValidationResult:
        return value


class RunOnce(ValidationDefinition):
    """Run right after it was made: it need not be compared with what was stored of it."""

    def is_fresh(self) -> ValidationDefinitionFreshnessDiagnostics:
        return ValidationDefinitionFreshnessDiagnostics(errors=[])


def config() -> DataContextConfig:
    """The configuration of a context with these stores."""
    # By names of their own: under the stock names the stock stores would be put back.
    defaults = InMemoryStoreBackendDefaults()
    return DataContextConfig(
        stores={**defaults.stores, SUITES: _in_memory(SuitesAsTheyAre), RESULTS: _in_memory(ResultsAsTheyAre)},
        expectations_store_name=SUITES,
        validation_results_store_name=RESULTS,
        store_backend_defaults=defaults,
    )


def _in_memory(store: type[Store]) -> dict[str, Any]:
    backend = {"class_name": "InMemoryStoreBackend"}
    return {"class_name": store.__name__, "module_name": __name__, "store_backend": backend}
