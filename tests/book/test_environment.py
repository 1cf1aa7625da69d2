"""One set of pins: the other files that name versions agree with requirements.txt."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement

from tools.book import ROOT

LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("\n")
PINS = [Requirement(line) for line in LINES if line and not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pin(name):
    """The exact version pinned for a package."""
    (specifier,) = {s for p in PINS if p.name == name for s in p.specifier}
    return specifier.version


def test_every_pin_is_exact():
    for requirement in PINS:
        assert re.fullmatch(r"==[\d.]+", str(requirement.specifier)), requirement


def test_conda_takes_its_packages_from_the_same_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt", "-e ."]}
    assert [item.split("=")[0] for item in conda] == ["python", "pip"]


def test_the_pins_satisfy_the_package():
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *sum(extras.values(), [])]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pin(requirement.name)), requirement


def test_the_settings_of_the_book_agree_with_the_pins():
    settings = tomllib.loads((ROOT / "source" / "book.toml").read_text())
    installs = [f.get("install", {}) for f in settings["frameworks"]]
    for requirement in (Requirement(r) for i in installs for r in i.values()):
        assert requirement.specifier.contains(pin(requirement.name)), requirement


def test_ci_and_makefile_know_the_same_pythons():
    makefile = (ROOT / "Makefile").read_text()
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    assert "((3, 11), (3, 12))" in makefile
    assert '["3.11", "3.12"]' in workflow
