"""Workers speak UTF-8, whatever the user's locale is called and whether or not it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.backends import registry
from fixtures.backends.environments import Environment
from fixtures.benchmark import process
from fixtures.hardware import locales

ROOT = Path(__file__).parent.parent
USERS = [{}, {"LC_ALL": "de_XX.UTF-8"}, {"LANG": "C"}, {"LC_CTYPE": "de_DE", "LANGUAGE": "de"}]
ASK = "import json; from fixtures.hardware import locales; print(json.dumps(locales.variables()))"
SAY = "import sys; print(sys.getfilesystemencoding(), sys.stdout.encoding, 'jürgen')"


def given(users: dict[str, str]) -> dict[str, str]:
    """The locale's variables as a host with these variables of the user's chooses them."""
    environ = {**locales.without(os.environ), **users}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=environ, capture_output=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("users", USERS, ids=str)
def test_a_worker_speaks_utf_8_whatever_the_user_does(users: dict[str, str], tmp_path: Path) -> None:
    variables = given(users)
    assert set(variables) & set(users) <= {"LC_ALL"}
    done = subprocess.run([sys.executable, "-c", SAY], env=variables, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["utf-8", "utf-8", "jürgen"]


def test_an_old_interpreter_gets_an_installed_locale() -> None:
    found = given({"LC_ALL": "de_XX.UTF-8"})["LC_ALL"]
    if found == "C":
        pytest.skip("this system has no locale in UTF-8")
    warned = subprocess.run(["bash", "-c", ":"], env={"LC_ALL": found, "PATH": os.defpath}, capture_output=True)
    assert found != "de_XX.UTF-8"
    assert not warned.stderr


def test_where_none_is_installed_it_can_still_print(tmp_path: Path) -> None:
    found = given({"LOCPATH": str(tmp_path), "LANG": "C.UTF-8"})
    assert found["PYTHONIOENCODING"] == "utf-8:backslashreplace"
    assert found["LOCPATH"] == str(tmp_path)  # a worker looks for locales where its host did


def test_nothing_of_the_users_language_reaches_a_worker(tmp_path: Path) -> None:
    environment = Environment(registry.BACKENDS["jax"], Path(sys.executable), "3", "", {"LD_LIBRARY_PATH": "/own"})
    users = {"LANG": "de_DE", "LC_NUMERIC": "de_DE", "LANGUAGE": "de", "LD_LIBRARY_PATH": "/users", "LOGNAME": "me"}
    found = process.variables(environment, device="gpu", threads=1, seed=1, home=tmp_path, environ=users)
    assert {name for name in found if name.startswith(("LANG", "LC_"))} == {"LC_ALL"}
    assert found["LD_LIBRARY_PATH"] == "/own:/users"  # on a GPU the user's says where CUDA is
    assert found["LOGNAME"] != "me"
