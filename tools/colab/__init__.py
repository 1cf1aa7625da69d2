"""The contract with Colab: every notebook opens there and runs as it stands.

An environment with the versions that Colab has preinstalled is kept in
.venv-colab. Each notebook gets a copy of it, bare as a fresh machine; its set-up
cell installs what is missing from this very checkout; then it runs to its end.

    contract     what a notebook must do there
    environment  Python environments, and cheap copies of one
    kernel       a kernel in such a copy
    repository   this checkout in the place of the one on GitHub
"""
