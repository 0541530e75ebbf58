"""Wires fixtures/ into pytest and pytest-benchmark; see fixtures/plugin.py and fixtures/grouping.py."""

from fixtures.grouping import pytest_benchmark_group_stats, pytest_benchmark_scale_unit
from fixtures.plugin import (
    measure,
    pytest_addoption,
    pytest_benchmark_update_json,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_report_collectionfinish,
    pytest_report_teststatus,
    pytest_runtest_protocol,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

__all__ = [
    "measure",
    "pytest_addoption",
    "pytest_benchmark_group_stats",
    "pytest_benchmark_scale_unit",
    "pytest_benchmark_update_json",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_report_collectionfinish",
    "pytest_report_teststatus",
    "pytest_runtest_protocol",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
]
