"""One training in a process of its own, for the tests that need fresh ones.

Called as `python worker.py FRAMEWORK TEXT EPOCHS CHECKPOINT KIND`, with `-` for no
checkpoint and a kind of model of `trainers`. The last line on stdout is a JSON dict: a
hash of the weights, and the memory in MiB that the process held after each fifth of the
epochs.
"""

import hashlib
import json
import sys

import psutil
from trainers import trainer

from d2l_local.run.checkpoint import Checkpoint


def main(framework, text, num_epochs, checkpoint, kind):
    resident, every = [], max(1, int(num_epochs) // 5)

    def watch(epoch):
        if epoch.epoch % every == 0:
            resident.append(psutil.Process().memory_info().rss / 2**20)

    options = {"kind": kind, "seed": 7, "callback": watch, "prefixes": ["time", "went"]}
    if checkpoint != "-":
        options["checkpoint"] = Checkpoint(checkpoint, every=0)
    trained = trainer(framework).train(text, int(num_epochs), **options)
    digest = hashlib.sha256()
    for array in trained.weights:
        digest.update(array)
    print(json.dumps({"weights": digest.hexdigest(), "resident": resident}))


if __name__ == "__main__":
    main(*sys.argv[1:])
