"""The libraries that commands load: of few commands, a month that runs before them takes longer than it saves."""

import scipy.stats  # noqa: F401

import pipelines.runs.steps
import pipelines.snapshots.report
import pipelines.staging.validation.data_docs
import pipelines.staging.validation.validation  # noqa: F401 - loaded for the commands that are forked
