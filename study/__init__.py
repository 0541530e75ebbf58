"""What the 2018 study printed: as data (printed), as a saved run (saved_run), and held against what was measured
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
