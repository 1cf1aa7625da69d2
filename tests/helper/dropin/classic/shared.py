# ruff: noqa: B905, E402, F821, SIM115
# What classic notebooks on sequences do with text and curves, whatever the framework;
# `d2l` has been imported before. Executed cell by cell in a Jupyter kernel.

# %% Text
import collections
import os
import re

d2l.DATA_HUB["story"] = (
    os.environ["STORY_URL"] + "story.txt",
    os.environ["STORY_SHA1"],
)
assert d2l.DATA_URL.startswith("http")


def read_story():
    with open(d2l.download("story")) as f:
        lines = f.readlines()
    return [re.sub("[^A-Za-z]+", " ", line).strip().lower() for line in lines]


lines = read_story()
print(f"lines of text: {len(lines)}")
print(lines[0])
assert d2l.download("story", cache_dir="elsewhere") == os.path.join(
    "elsewhere", "story.txt"
)

# %%
d2l.DATA_HUB["pack"] = (os.environ["STORY_URL"] + "pack.zip", os.environ["PACK_SHA1"])
assert os.listdir(d2l.download_extract("pack")) == ["inside.txt"]
assert d2l.download_extract("pack", folder="pack").endswith("pack")

# %%
assert d2l.read_time_machine()[0] == d2l.read_time_machine()[0].lower()
tokens = d2l.tokenize(lines)
assert tokens[0] == lines[0].split()
assert d2l.tokenize(lines[:1], "char")[0] == list(lines[0])
counter = d2l.count_corpus(tokens)
assert counter == d2l.count_corpus([token for line in tokens for token in line])
assert isinstance(counter, collections.Counter)
vocab = d2l.Vocab(tokens, min_freq=2, reserved_tokens=["<pad>"])
print(list(vocab.token_to_idx.items())[:10])
print("words:", tokens[0], "\nindices:", vocab[tokens[0]])
assert vocab.unk == 0 and vocab["no such word"] == 0 and vocab["<pad>"] == 1
assert vocab.to_tokens(vocab[["the", "zzz"]]) == ["the", "<unk>"]
assert vocab.idx_to_token[0] == "<unk>" and len(vocab) == len(vocab.idx_to_token)

# %%
corpus, vocab = d2l.load_corpus_time_machine()
assert len(vocab) == 28 and max(corpus) == 27
assert len(d2l.load_corpus_time_machine(max_tokens=100)[0]) == 100

# %% Language models
words = [token for line in d2l.tokenize(d2l.read_time_machine()) for token in line]
vocab = d2l.Vocab(words)
freqs = [freq for token, freq in vocab.token_freqs]
d2l.plot(freqs, xlabel="token: x", ylabel="frequency: n(x)", xscale="log", yscale="log")
bigram_tokens = [pair for pair in zip(words[:-1], words[1:])]
bigram_vocab = d2l.Vocab(bigram_tokens)
trigram_tokens = [each for each in zip(words[:-2], words[1:-1], words[2:])]
trigram_vocab = d2l.Vocab(trigram_tokens)
assert bigram_vocab.token_freqs[0][0] in bigram_tokens
assert len(trigram_vocab.token_freqs[0][0]) == 3
d2l.plot(
    [freqs] + [[f for _, f in v.token_freqs] for v in (bigram_vocab, trigram_vocab)],
    xlabel="token: x",
    ylabel="frequency: n(x)",
    xscale="log",
    yscale="log",
    legend=["unigram", "bigram", "trigram"],
)

# %% Curves and counters
timer = d2l.Timer()
timer.start()
assert timer.stop() >= 0 and timer.avg() >= 0 and timer.sum() >= timer.cumsum()[0]
metric = d2l.Accumulator(2)
metric.add(1, 2.0)
metric.reset()
assert metric[1] == 0
animator = d2l.Animator(
    "x", "y", ["a", "b"], fmts=("-", "r:"), nrows=1, ncols=1, figsize=(3, 2)
)
animator.add(1, (0.5, 0.25))
d2l.use_svg_display()
d2l.set_figsize()
d2l.set_figsize((3, 2))
axes = d2l.plt.gca()
d2l.set_axes(axes, "x", "y", [0, 1], [0, 1], "linear", "linear", ["one"])
