"""The 2018 study's printed results: as data (printed), as a saved run (saved_run), and beside measured ones
(tested_claims).
"""

from study.printed import (
    FOR_PEOPLE,
    Claim,
    Conclusion,
    Contradiction,
    Figure,
    Platform,
    Result,
    StudyBackend,
    claims,
    conclusions,
    contradictions,
    figures,
    out_of_memory,
    platform,
    results,
)

__all__ = [
    "FOR_PEOPLE",
    "Claim",
    "Conclusion",
    "Contradiction",
    "Figure",
    "Platform",
    "Result",
    "StudyBackend",
    "claims",
    "conclusions",
    "contradictions",
    "figures",
    "out_of_memory",
    "platform",
    "results",
]
