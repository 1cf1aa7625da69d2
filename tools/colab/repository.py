"""A repository of the working tree, in the place of the one on GitHub.

The set-up cell installs the helper package from its public address. git itself is
told to read that address from a local repository, which holds the files as they are
now, committed or not: so nothing is downloaded, and what is tested is this checkout.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.book import BookError

# What decides how pip builds the packages and what it installs of them.
PACKAGING = ("pyproject.toml", "setup.cfg", "setup.py", "MANIFEST.in")
AUTHOR = ["-c", "user.name=contract", "-c", "user.email=contract@localhost"]
# pip clones without the files' contents and fetches them when it needs them.
SERVED = ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant")


@dataclass(frozen=True)
class Repository:
    """A bare repository: its one commit, and an id of its files in PACKAGING."""

    path: Path
    commit: str
    packaging: str

    def stand_in(self, address: str) -> dict[str, str]:
        """Environment variables that make git read `address` from this repository.

        Any other address is refused, instead of being asked for over the network.
        """
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.path.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": address,
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_TERMINAL_PROMPT": "0",
        }


def snapshot(root: Path, path: Path) -> Repository:
    """Make a repository at `path` of all files of `root` that git doesn't ignore."""
    _git("init", "--quiet", "--bare", "--template=", str(path))
    git_dir = f"--git-dir={path}"
    for option in SERVED:
        _git(git_dir, "config", option, "true")
    tree = f"--work-tree={root}"
    _git(git_dir, tree, "add", "--all", ".", cwd=root)
    options = ["--quiet", "--no-verify", "--no-gpg-sign", "--message=working tree"]
    _git(git_dir, tree, *AUTHOR, "commit", *options, cwd=root)
    packaging = _git(git_dir, "ls-tree", "HEAD", "--", *PACKAGING)
    return Repository(path, _git(git_dir, "rev-parse", "HEAD").strip(), packaging)


def _git(*arguments: str, cwd: Path | None = None) -> str:
    # Within a git hook, variables point git to the repository of the hook.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env=environment,
            text=True,
            capture_output=True,
        )
    except FileNotFoundError as error:
        raise BookError(
            "git is missing: the set-up cell needs it, and so does its test; "
            "install git and see that it is on the PATH"
        ) from error
    if done.returncode:
        raise BookError(f"git {' '.join(arguments)} failed:\n{done.stderr.strip()}")
    return done.stdout
