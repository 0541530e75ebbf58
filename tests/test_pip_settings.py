"""Of a user's pip settings those count that say how packages are reached."""

from __future__ import annotations

import os

from fixtures.backends import pip

LISTED = r"""
:env:.index-url='http://printed.but.not.read/'
download.proxy='http://proxy/'
freeze.timeout='1'
global.cert='/etc/ca.pem'
global.extra-index-url='http://a/\nhttp://b/'
global.index-url='http://file/'
global.root='/elsewhere'
install.index-url='http://install/'
install.user='true'
"""


def test_how_packages_are_reached_is_the_users_and_nothing_else() -> None:
    environ = {"PIP_TARGET": "/x", "PIP_PREFIX": "/x", "PIP_DRY_RUN": "1", "PIP_REQUIREMENT": "x", "PIP_PYTHON": "x",
               "PIP_CERT": "", "PIP_FIND_LINKS": "/wheels", "PIP_CONFIG_FILE": "/mine", "PATH": "/bin"}  # fmt: skip
    assert pip.settings(LISTED, environ) == {
        "PIP_CERT": "/etc/ca.pem",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_EXTRA_INDEX_URL": "http://a/\nhttp://b/",
        "PIP_FIND_LINKS": "/wheels",
        "PIP_INDEX_URL": "http://install/",
        "PIP_PROXY": "http://proxy/",
    }


def test_variables_count_before_files() -> None:
    assert pip.settings(LISTED, {"PIP_INDEX_URL": "http://mine/"})["PIP_INDEX_URL"] == "http://mine/"
