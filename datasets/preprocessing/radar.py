"""Scans of a polarimetric weather radar as the features of "How Much Did It Rain? II"."""

from __future__ import annotations

import numpy as np

from datasets.dataset import Array

_FIELDS = ("Ref", "RefComposite", "RhoHV", "Zdr", "Kdp")
_PARTS = ("", "_5x5_10th", "_5x5_50th", "_5x5_90th")
# of a scan, in the order of the competition's table: minutes, km, then five fields with three percentiles each
COLUMNS = ("minutes_past", "radardist_km", *(field + part for field in _FIELDS for part in _PARTS))
SCANS = 19  # of an hour, at most
RATES = tuple(COLUMNS.index("Ref" + part) for part in _PARTS)
DECIBELS = tuple(COLUMNS.index(field + part) for field in ("RefComposite", "Zdr") for part in _PARTS)


def linear(decibels: Array) -> Array:
    """10 ** (decibels / 10): of dBZ the reflectivity in mm^6 / m^3, of dB a ratio."""
    return np.asarray(np.exp(decibels * np.asarray(np.log(10) / 10, decibels.dtype)))


def rain_rate(dbz: Array) -> Array:
    """mm/h of rain by Marshall and Palmer (1948): Z = 200 R ** 1.6, where Z = 10 ** (dBZ / 10)."""
    return np.asarray((linear(dbz) / np.asarray(200, dbz.dtype)) ** np.asarray(1 / 1.6, dbz.dtype))


def features(scans: Array) -> Array:
    """From hours (n, 19, 22) with the table's COLUMNS to (n, 19, 24); float32.

    Scans that an hour doesn't have are NaN throughout, and become 0 throughout; other gaps are NaN in their column,
    and become 0 after everything else, since 0 dBZ is a legal value and means 1 mm^6 / m^3. Of the 22 values, the four
    of Ref (dBZ) become rain rates in mm/h, RefComposite (dBZ) and Zdr (dB) are made linear, RhoHV (a ratio), Kdp
    (degrees per km), minutes and km stay. The 23rd value is the hour's number of scans, the 24th the mean of the 22.
    """
    there = ~np.isnan(scans[:, :, COLUMNS.index("minutes_past")])
    found = np.zeros((*scans.shape[:2], len(COLUMNS) + 2), np.float32)
    values = found[:, :, : len(COLUMNS)]
    values[...] = scans
    values[:, :, RATES] = rain_rate(values[:, :, RATES])
    values[:, :, DECIBELS] = linear(values[:, :, DECIBELS])
    values[np.isnan(values)] = 0
    found[:, :, -2] = there.sum(axis=1, keepdims=True) * there
    found[:, :, -1] = values.mean(axis=2)
    return found
