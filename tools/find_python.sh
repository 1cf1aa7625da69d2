#!/bin/sh
# Print the first Python with which the book's environment can be made.
#
#     sh tools/find_python.sh CANDIDATE ...
#
# Each candidate is run: a name that is on the PATH may still answer with an error, as
# pyenv's do for a version that isn't installed. HIGHEST is the newest minor version of
# Python 3 that is accepted (default: 14, which lacks a build of TensorFlow alone; the
# message below recommends 13).
# Where none will do, it says why, and what to do.

lowest=11
highest=${HIGHEST:-14}
report=

for candidate in "$@"; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
    if [ -z "$version" ]; then
        report="$report
  $candidate: not installed, or doesn't run"
        continue
    fi
    minor=${version#3.}
    if [ "$minor" = "$version" ] || [ "$minor" -lt $lowest ] || [ "$minor" -gt "$highest" ]; then
        report="$report
  $candidate: is Python $version"
    elif ! "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        report="$report
  $candidate: lacks its venv module (Debian, Ubuntu: apt install python$version-venv)"
    else
        echo "$candidate"
        exit
    fi
done

cat >&2 <<END
The book needs Python 3.$lowest to 3.13. Tried:$report

Install one, and call make again. If that isn't easy on your machine:
  - you know where one is:  make setup PYTHON=/path/to/python3.13
  - with uv:                uv venv --python 3.13 --seed .venv, and call make again
                            (uv fetches that Python; \`pip install uv\` brings uv)
  - with conda:             see "Run" in README.md
END
exit 1
