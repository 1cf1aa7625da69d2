"""The names that every framework's module shares: none of them touches a tensor."""

from d2l_local.display.plotting import (
    Animator,
    plot,
    set_axes,
    set_figsize,
    use_svg_display,
)
from d2l_local.download import DATA_HUB, DATA_URL, download, download_extract
from d2l_local.run.checkpoint import Checkpoint
from d2l_local.run.progress import Epoch, TrainingDiverged
from d2l_local.run.timing import Accumulator, Timer
from d2l_local.speak import speak_everywhere
from d2l_local.text.batching import (
    SeqDataLoader,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.text.bleu import bleu
from d2l_local.text.loading import (
    load_corpus,
    load_corpus_time_machine,
    read_time_machine,
    tokenize,
)
from d2l_local.text.sentence_pairs import (
    preprocess_nmt,
    read_data_nmt,
    tokenize_nmt,
    truncate_pad,
)
from d2l_local.text.vocabulary import Vocab, count_corpus

__all__ = [
    "DATA_HUB",
    "DATA_URL",
    "Accumulator",
    "Animator",
    "Checkpoint",
    "Epoch",
    "SeqDataLoader",
    "Timer",
    "TrainingDiverged",
    "Vocab",
    "bleu",
    "count_corpus",
    "download",
    "download_extract",
    "load_corpus",
    "load_corpus_time_machine",
    "load_data_time_machine",
    "plot",
    "preprocess_nmt",
    "read_data_nmt",
    "read_time_machine",
    "seq_data_iter_random",
    "seq_data_iter_sequential",
    "set_axes",
    "set_figsize",
    "speak_everywhere",
    "tokenize",
    "tokenize_nmt",
    "truncate_pad",
    "use_svg_display",
]
