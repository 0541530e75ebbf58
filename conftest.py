"""Wires fixtures/ into pytest and pytest-benchmark; what each hook does is told where it is written."""

from fixtures.pytest_plugin.ending import (
    pytest_benchmark_update_commit_info,
    pytest_benchmark_update_json,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from fixtures.pytest_plugin.fixture import measure
from fixtures.pytest_plugin.grouping import (
    pytest_benchmark_compare_machine_info,
    pytest_benchmark_group_stats,
    pytest_benchmark_scale_unit,
)
from fixtures.pytest_plugin.hooks import (
    pytest_addoption,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_report_collectionfinish,
    pytest_runtestloop,
    pytest_sessionstart,
)
from fixtures.pytest_plugin.parallel import pytest_testnodedown
from fixtures.pytest_plugin.progress import pytest_report_teststatus, pytest_runtest_protocol

__all__ = [
    "measure",
    "pytest_addoption",
    "pytest_benchmark_compare_machine_info",
    "pytest_benchmark_group_stats",
    "pytest_benchmark_scale_unit",
    "pytest_benchmark_update_commit_info",
    "pytest_benchmark_update_json",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_report_collectionfinish",
    "pytest_report_teststatus",
    "pytest_runtest_protocol",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]
