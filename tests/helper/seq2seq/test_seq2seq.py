"""Sequence to sequence: the same behaviour in each framework."""

import importlib
import itertools
import re
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from native import FRAMEWORKS

from d2l_local.quiet import ignore_known_warnings
from d2l_local.run.progress import TrainingDiverged
from d2l_local.text import sentence_pairs
from d2l_local.text.bleu import bleu
from d2l_local.text.vocabulary import Vocab

pytestmark = pytest.mark.filterwarnings("error")

n, T, q, e, h, L = 4, 7, 10, 8, 16, 2
SUBJECTS = [
    ("I have", "J'ai"),
    ("You have", "Tu as"),
    ("He has", "Il a"),
    ("She has", "Elle a"),
    ("We have", "Nous avons"),
]
VERBS = [("lost", "perdu"), ("found", "trouvé")]
OBJECTS = [
    ("the key", "la clé"),
    ("the book", "le livre"),
    ("the cat", "le chat"),
    ("the house", "la maison"),
]
PAIRS = [
    tuple(" ".join(words) + "." for words in zip(*parts))
    for parts in itertools.product(SUBJECTS, VERBS, OBJECTS)
]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                find_spec(name) is None, reason=f"{name} is not installed"
            ),
        )
        for name in FRAMEWORKS
    ],
)
def native(request):
    """One framework: see `native.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # MXNet reads it at import
        made = FRAMEWORKS[request.param]()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def seed(native):
    native.seed()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A corpus of forty pairs, in which every word comes back."""
    path = tmp_path_factory.mktemp("corpus") / "pairs.tsv"
    path.write_text("".join("\t".join(pair) + "\n" for pair in PAIRS), "utf-8")
    return path


@pytest.fixture
def data(native, corpus):
    """Batches of the corpus and both vocabularies."""
    return native.d2l.load_data_nmt(40, T, path=corpus)


def translator(native, src_size=q, tgt_size=q, dropout=0.0, layers=L):
    d2l = native.d2l
    sizes = (e, h, layers, dropout)
    return d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(src_size, *sizes), d2l.Seq2SeqDecoder(tgt_size, *sizes)
    )


def batch_of(native, seed=0):
    """A batch (X, X_valid_len, Y, Y_valid_len) of random tokens, without padding."""
    rng = np.random.default_rng(seed)
    X, Y = rng.integers(4, q, (n, T)), rng.integers(4, q, (n, T))
    lengths = np.full(n, T)
    return tuple(map(native.tensor, (X, lengths, Y, lengths)))


def started(native, **options):
    """A model with parameters, and a batch for it."""
    net, batch = translator(native, **options), batch_of(native)
    native.start(net, batch[0], batch[2], batch[1])
    return net, batch


# Data


def test_batches_hold_every_pair_once(native, corpus):
    data_iter, src_vocab, tgt_vocab = native.d2l.load_data_nmt(16, T, path=corpus)
    arrays, *_ = sentence_pairs.load_arrays_nmt(T, path=corpus)
    batches = [[native.numpy(part) for part in batch] for batch in data_iter]
    assert [len(batch[0]) for batch in batches] == [16, 16, 8]
    served = [np.concatenate(parts) for parts in zip(*batches)]
    assert all(array.dtype.kind == "i" for array in arrays)

    def rows(arrays):
        return sorted(np.column_stack(arrays).tolist())

    assert rows(served) == rows(arrays)
    assert not np.array_equal(served[0], arrays[0])  # shuffled
    assert (len(src_vocab), len(tgt_vocab)) == (4 + 15, 4 + 17)


# As the classic functions gave them: X, its valid lengths, Y, and theirs.
CLASSIC_TYPES = {
    "torch": ["int64"] * 4,
    "tensorflow": ["int32"] * 4,
    "mxnet": ["float32", "int32"] * 2,
}


@pytest.mark.situation("types: load_data_nmt as the classic API serves it")
def test_batches_have_the_classic_types(native, corpus):
    data_iter, src_vocab, _ = native.d2l.load_data_nmt(16, T, path=corpus)
    types = [native.numpy(part).dtype.name for part in next(iter(data_iter))]
    assert types == CLASSIC_TYPES[native.name]
    made = native.d2l.build_array_nmt([["a"]], src_vocab, T)
    assert [native.numpy(part).dtype.name for part in made] == types[:2]


@pytest.mark.situation("types: a classic loop puts <bos> before MXNet's labels")
def test_mxnets_batches_can_be_computed_with(native, corpus):
    if native.name != "mxnet":
        pytest.skip("arrays of indices are whole numbers there")
    from mxnet import np as mx

    data_iter, _, tgt_vocab = native.d2l.load_data_nmt(16, T, path=corpus)
    X, _, Y, _ = next(iter(data_iter))
    bos = mx.array([tgt_vocab["<bos>"]] * len(Y)).reshape(-1, 1)
    assert mx.concatenate([bos, Y[:, :-1]], 1).shape == Y.shape
    assert mx.concatenate([mx.ones((len(Y), 1)), Y[:, :-1]], 1).shape == Y.shape
    assert float((X * 0.5).sum()) == float(X.sum()) / 2


def test_arrays_are_those_of_the_text_side(native):
    vocab = Vocab([["a", "b"]], reserved_tokens=["<pad>", "<bos>", "<eos>"])
    lines = [["a"], ["b", "a", "c"], []]
    for ours, reference in zip(
        native.d2l.build_array_nmt(lines, vocab, 3),
        sentence_pairs.build_array_nmt(lines, vocab, 3),
    ):
        assert native.numpy(ours).tolist() == reference.tolist()


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_bad_batch_size_is_refused_before_reading(native, batch_size, capsys):
    with pytest.raises(ValueError, match=f"batch_size={batch_size}"):
        native.d2l.load_data_nmt(batch_size, T)
    assert capsys.readouterr().out == ""


# Encoder and decoder


def test_shapes_are_the_classic_ones(native):
    net, (X, valid_len, Y, _) = started(native)
    enc_outputs = net.encoder(X, valid_len)
    assert native.time_last(enc_outputs[0]).shape == (n, T, h)
    assert native.layers_of(enc_outputs).shape == (L, n, h)
    outputs, _ = net.decoder(Y, net.decoder.init_state(enc_outputs, valid_len))
    assert outputs.shape == (n, T, q)
    assert net(X, Y, valid_len)[0].shape == (n, T, q)


def test_the_last_output_of_the_encoder_is_the_state_of_its_top_layer(native):
    net, (X, *_) = started(native)
    enc_outputs = net.encoder(X)
    last = native.numpy(native.time_last(enc_outputs[0]))[:, -1]
    np.testing.assert_allclose(native.layers_of(enc_outputs)[-1], last, rtol=1e-6)


def test_the_context_is_the_last_state_of_the_top_layer(native):
    net, (X, *_) = started(native)
    enc_outputs = net.encoder(X)
    _, context = net.decoder.init_state(enc_outputs)
    layers = native.layers_of(enc_outputs)
    np.testing.assert_array_equal(native.numpy(context), layers[-1])
    assert not np.allclose(layers[0], layers[-1])


def test_step_by_step_a_decoder_says_what_it_says_at_once(native):
    # The classic decoder doesn't: its context is the encoder's state in training, and
    # its own state of the step before in prediction.
    net, (X, valid_len, Y, _) = started(native)
    state = net.decoder.init_state(net.encoder(X, valid_len), valid_len)
    at_once = native.numpy(net.decoder(Y, state)[0])
    steps = []
    for t in range(T):
        out, state = net.decoder(Y[:, t : t + 1], state)
        steps.append(native.numpy(out))
    np.testing.assert_allclose(np.concatenate(steps, axis=1), at_once, atol=1e-5)
    assert np.ptp(at_once) > 0.01


def test_a_token_has_no_influence_on_the_steps_before_it(native):
    net, (X, valid_len, Y, _) = started(native)

    def encoded(X):
        return native.numpy(native.time_last(net.encoder(X, valid_len)[0]))

    def decoded(Y):
        return native.numpy(net(X, Y, valid_len)[0])

    for outputs, tokens in ((encoded, X), (decoded, Y)):
        before = outputs(tokens)
        changed = native.numpy(tokens).copy()
        changed[:, 4] = (changed[:, 4] + 1) % q
        after = outputs(native.tensor(changed))
        np.testing.assert_allclose(after[:, :4], before[:, :4], atol=1e-6)
        assert np.abs(after[:, 4] - before[:, 4]).max(axis=1).min() > 1e-3


@pytest.mark.parametrize(("layers", "drops"), [(1, False), (2, True)])
def test_dropout_acts_between_layers_and_in_training_only(native, layers, drops):
    net, (X, valid_len, Y, _) = started(native, dropout=0.5, layers=layers)
    calm = [native.numpy(net(X, Y, valid_len)[0]) for _ in range(2)]
    np.testing.assert_array_equal(*calm)
    first, second = (native.train_mode(net, X, Y, valid_len) for _ in range(2))
    assert np.allclose(first, second) == (not drops)


@pytest.mark.parametrize("base", ["Encoder", "Decoder"])
def test_a_subclass_that_lacks_its_part_is_named(native, base):
    made = type("Mine", (getattr(native.d2l, base),), {})()
    X = native.tensor(np.ones((n, T)))
    with pytest.raises(NotImplementedError, match="Mine must define (forward|call)"):
        made(X, X)
    if base == "Decoder":
        with pytest.raises(NotImplementedError, match="Mine must define init_state"):
            made.init_state(X)


# Masks and the loss


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 2), (3, 4, 2, 2)])
@pytest.mark.parametrize("value", [0, -1])
def test_a_mask_leaves_the_valid_steps(native, shape, value):
    X = np.random.default_rng(1).normal(size=shape).astype("float32")
    valid_len = np.array([4, 2, 0])
    expected = X.copy()
    for row, length in zip(expected, valid_len):
        row[length:] = value
    given = native.tensor(X)
    masked = native.d2l.sequence_mask(given, native.tensor(valid_len), value)
    np.testing.assert_array_equal(native.numpy(masked), expected)
    np.testing.assert_array_equal(native.numpy(given), X)


def reference_loss(pred, label, valid_len):
    """The masked cross-entropy, one position after the other."""
    result = np.zeros(len(label))
    for i, (length, row) in enumerate(zip(valid_len, label)):
        for t in range(length):
            logits = pred[i, t].astype(float)
            result[i] += np.log(np.exp(logits).sum()) - logits[row[t]]
    return result / label.shape[1]


def loss_case(seed=2):
    rng = np.random.default_rng(seed)
    pred = rng.normal(size=(3, 4, q)).astype("float32") * 3
    return pred, rng.integers(0, q, (3, 4)), np.array([4, 2, 0])


def test_the_loss_is_that_of_the_formula(native):
    pred, label, valid_len = loss_case()
    losses = native.losses(*map(native.tensor, (pred, label, valid_len)))
    expected = reference_loss(pred, label, valid_len)
    np.testing.assert_allclose(native.numpy(losses), expected, rtol=1e-5)
    assert expected[2] == 0 < expected[1]


def padding_matters(native, losses):
    """Tell if `losses(pred, label, valid_len)` or its gradient depends on padding."""
    pred, label, valid_len = loss_case()
    padding = np.arange(4) >= valid_len[:, None]
    other_label = np.where(padding, (label + 3) % q, label)
    other_pred = np.where(padding[..., None], -50 * pred, pred)

    def result(pred, label):
        return native.gradient(
            lambda at: losses(at, native.tensor(label), native.tensor(valid_len)), pred
        )

    gradient, value = result(pred, label)
    _, other_value = result(other_pred, other_label)
    assert np.abs(gradient[~padding]).min() > 0
    return not np.allclose(value, other_value) or bool(np.any(gradient[padding]))


def test_padding_matters_neither_to_the_loss_nor_to_its_gradient(native):
    assert not padding_matters(native, native.losses)


def test_a_loss_without_a_mask_is_caught(native):
    def unmasked(pred, label, valid_len):
        return native.losses(pred, label, native.tensor(np.full(3, 4)))

    assert padding_matters(native, unmasked)


# Training


def norm_of_step(native, net, batch):
    """Return how far one step of gradient descent at rate 1 moves the parameters."""
    before = native.params(net)
    loss, speed = native.plain_step(net, [batch], bos=2)
    after = native.params(net)
    assert loss > 0 and speed > 0
    return np.sqrt(sum(np.sum((after[k] - before[k]) ** 2.0) for k in before))


def test_gradients_are_clipped_at_one(native, monkeypatch):
    # Exactly at one: the gradients of a token that comes again and again are summed
    # before they are measured.
    once = native.tensor(np.full((n, T), 4))
    lengths = native.tensor(np.full(n, T))
    batch = (once, lengths, once, lengths)
    net, _ = started(native, layers=1)
    assert norm_of_step(native, net, batch) == pytest.approx(1, abs=1e-4)
    monkeypatch.setattr(native.module, "grad_clipping", native.unclipped)
    net, _ = started(native, layers=1)
    assert norm_of_step(native, net, batch) > 1.05


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_dropout_is_on_in_training(native, dropout):
    net, batch = started(native, dropout=dropout)
    first, second = (
        native.plain_step(net, [batch], bos=2, rate=0.0)[0] for _ in range(2)
    )
    assert (first == pytest.approx(second, rel=1e-5)) == (dropout == 0)


def test_what_stands_behind_the_valid_length_teaches_nothing(native):
    def trained(seed):
        native.seed()
        net, (X, valid_len, Y, _) = started(native, layers=1)
        lengths = native.tensor(np.array([3, 2, 5, 1]))
        noise = np.random.default_rng(seed).integers(4, q, (n, T))
        kept = np.arange(T) < native.numpy(lengths)[:, None]
        Y = native.tensor(np.where(kept, native.numpy(Y), noise))
        native.plain_step(net, [(X, valid_len, Y, lengths)], bos=2)
        return native.params(net)

    first, second = trained(1), trained(2)
    for one, other in zip(first.values(), second.values()):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_loss_is_of_a_token_and_read_over_the_epoch(native):
    net, (X, valid_len, Y, _) = started(native, layers=1)
    lengths = np.array([3, 2, 5, 1])
    bos = np.column_stack((np.full(n, 2), native.numpy(Y)[:, :-1]))
    pred = native.numpy(net(X, native.tensor(bos), valid_len)[0])
    expected = reference_loss(pred, native.numpy(Y), lengths).sum() / lengths.sum()
    batch = (X, valid_len, Y, native.tensor(lengths))
    loss, _ = native.plain_step(net, [batch], bos=2)
    assert loss == pytest.approx(expected, rel=1e-4)


def test_batches_add_to_the_loss_but_not_to_each_others_gradients(native):
    def trained(*batches):
        native.seed()
        net, _ = started(native, layers=1)
        loss, _ = native.plain_step(net, batches, bos=2)
        return loss, list(native.params(net).values())

    X, valid_len, Y, lengths = batch_of(native)
    half = (X, valid_len, Y, native.tensor(np.array([T, T, 0, 0])))
    nothing = (X, valid_len, Y, native.tensor(np.zeros(n, int)))
    loss, params = trained((X, valid_len, Y, lengths))
    again, same = trained((X, valid_len, Y, lengths), nothing)
    assert again == pytest.approx(loss, rel=1e-5)
    for one, other in zip(params, same):
        np.testing.assert_allclose(one, other, atol=1e-6)
    # Both losses count, that of the second batch after the update on the first one.
    first, both = trained(half)[0], trained(half, half)[0]
    assert 0.5 * first < both < first


def test_a_model_learns_its_sentences_by_heart(native, data, capsys):
    data_iter, src_vocab, tgt_vocab = data
    d2l = native.d2l
    sizes = (16, 32, 1)
    net = d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(len(src_vocab), *sizes),
        d2l.Seq2SeqDecoder(len(tgt_vocab), *sizes),
    )
    d2l.train_seq2seq(net, data_iter, 0.02, 100, tgt_vocab, native.device)
    closing = rf"loss 0\.0\d\d, \d+\.\d tokens/sec on {native.device_text}\n"
    assert re.fullmatch(closing, capsys.readouterr().out)
    for source, target in PAIRS:
        right = sentence_pairs.preprocess_nmt(target)
        said, weights = native.predict(net, source, src_vocab, tgt_vocab, T)
        assert (said, weights) == (right, [])
        assert bleu(said, right, 2) == 1.0
    assert native.predict(net, "I have zebras!", src_vocab, tgt_vocab, T)[0]


def test_weights_are_drawn_by_glorots_rule_or_kept(native, data):
    data_iter, src_vocab, tgt_vocab = data
    net = translator(native, len(src_vocab), len(tgt_vocab), layers=1)

    def train(lr, **options):
        native.d2l.train_seq2seq(
            net, data_iter, lr, 1, tgt_vocab, native.device, **options
        )
        return native.params(net)

    def is_kernel(name, weights):
        return weights.ndim == 2 and not re.search("embedding|bias", name)

    first = train(1e-12)
    assert any(is_kernel(*item) for item in first.items())
    for name, weights in first.items():
        if is_kernel(name, weights):
            bound = np.sqrt(6 / sum(weights.shape))
            assert 0.8 * bound < np.abs(weights).max() <= bound + 1e-6, name
        elif "embedding" in name:
            assert 0.8 < weights.std() < 1.2, name
    kept, again = train(1e-12, init=False), train(1e-12)
    for name, weights in first.items():
        np.testing.assert_allclose(kept[name], weights, atol=1e-6)
        if is_kernel(name, weights):
            assert not np.allclose(again[name], weights, atol=1e-3)


def test_bad_training_is_refused_with_the_reason(native, data):
    data_iter, src_vocab, tgt_vocab = data
    net = translator(native, len(src_vocab), len(tgt_vocab), layers=1)

    def train(data_iter=data_iter, lr=0.01, num_epochs=1, vocab=tgt_vocab):
        native.d2l.train_seq2seq(net, data_iter, lr, num_epochs, vocab, native.device)

    with pytest.raises(ValueError, match="lacks '<bos>'"):
        train(vocab=Vocab([["a"]]))
    with pytest.raises(ValueError, match="num_epochs=0: give at least 1"):
        train(num_epochs=0)
    with pytest.raises(ValueError, match="data_iter served no batch"):
        train(data_iter=[])
    with pytest.raises(TrainingDiverged, match="^loss is (nan|inf) in epoch 2"):
        train(lr=5e36, num_epochs=2)


# Translating


@pytest.fixture
def words():
    return Vocab([["a", "b"]], reserved_tokens=["<pad>", "<bos>", "<eos>"])


def say(native, tokens, words, num_steps, save=False):
    """Return the prediction of a decoder that says `tokens`."""
    encoder = native.d2l.Seq2SeqEncoder(len(words), e, h, 1)
    decoder = native.scripted(tokens, len(words))
    net = native.d2l.EncoderDecoder(encoder, decoder)
    native.start(net, *map(native.tensor, (np.ones((1, 1), int),) * 2))
    return native.predict(net, "a", words, words, num_steps, save)


def test_a_translation_stops_at_its_end(native, words):
    assert say(native, [4, 5, 3, 4, 4], words, 5) == ("a b", [])
    assert say(native, [3, 4], words, 5) == ("", [])


def test_a_translation_stops_after_so_many_steps(native, words):
    assert say(native, [4, 5, 4, 5], words, 3) == ("a b a", [])


def test_attention_weights_are_kept_for_each_step(native, words):
    assert say(native, [4, 5, 3, 4], words, 4, save=True) == ("a b", [0, 1, 2])


def test_dropout_is_off_while_a_sentence_is_translated(native, words):
    net = native.d2l.EncoderDecoder(
        native.d2l.Seq2SeqEncoder(len(words), e, h, L, 0.9),
        native.d2l.Seq2SeqDecoder(len(words), e, h, L, 0.9),
    )
    X, valid_len, *_ = batch_of(native)
    X = native.tensor(native.numpy(X) % len(words))
    native.start(net, X, X, valid_len)
    native.train_mode(net, X, X, valid_len)
    assert len({native.predict(net, "a b", words, words, 9)[0] for _ in range(6)}) == 1


@pytest.mark.parametrize(
    ("sentence", "error"), [("", ValueError), (["a"], TypeError), (None, TypeError)]
)
def test_what_is_no_sentence_is_not_translated(native, words, sentence, error):
    net = translator(native)
    with pytest.raises(error, match="src_sentence="):
        native.predict(net, sentence, words, words, 3)


def test_vocabularies_without_reserved_tokens_are_refused(native, words):
    net = translator(native)
    with pytest.raises(ValueError, match="lacks '<eos>'"):
        native.predict(net, "a", Vocab([["a"]]), words, 3)
    with pytest.raises(ValueError, match="lacks '<bos>'"):
        native.predict(net, "a", words, Vocab([["a"]]), 3)
    with pytest.raises(ValueError, match="num_steps=0"):
        native.predict(net, "a", words, words, 0)


# Arguments: numbers of NumPy are numbers; what is no number, or no flag, is refused


SIZES = ["vocab_size", "embed_size", "num_hiddens", "num_layers"]


@pytest.mark.situation("text: sizes, rates and flags of NumPy in sequence to sequence")
@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.array])
def test_numpys_numbers_stand_for_pythons(native, data, kind, capsys):
    data_iter, src_vocab, tgt_vocab = data
    d2l, sizes = native.d2l, [kind(4), kind(8), kind(2), np.float32(0)]
    net = d2l.EncoderDecoder(
        d2l.Seq2SeqEncoder(kind(len(src_vocab)), *sizes),
        d2l.Seq2SeqDecoder(kind(len(tgt_vocab)), *sizes),
    )
    rate = np.array(0.01) if kind is np.array else np.float32(0.01)
    for init in (True, False) if kind is np.int64 else (True,):
        flag = np.bool_(init)
        d2l.train_seq2seq(
            net, data_iter, rate, kind(1), tgt_vocab, native.device, init=flag
        )
    assert float(rate) == pytest.approx(0.01)  # and not changed in place
    assert capsys.readouterr().out.startswith("loss ")
    words = native.predict(net, "I have", src_vocab, tgt_vocab, kind(3))[0].split()
    assert len(words) <= 3
    X = np.arange(6).reshape(3, 2)
    arrays = (native.tensor(X), native.tensor(X))
    batches = d2l.load_array(arrays, kind(2), np.bool_(False))
    assert [len(batch[0]) for batch in batches] == [2, 1]


@pytest.mark.situation("text: a wrong size or dropout in sequence to sequence")
@pytest.mark.parametrize("name", [*SIZES, "dropout"])
def test_a_wrong_size_is_refused_when_the_model_is_built(native, name):
    good = dict(vocab_size=9, embed_size=4, num_hiddens=8, num_layers=2, dropout=0)
    wrong = [(-1, ValueError), ("2", TypeError), (None, TypeError), ([2], TypeError)]
    if name == "dropout":
        wrong += [(1.5, ValueError), (float("nan"), ValueError)]
    else:
        wrong += [(0, ValueError), (2.0, TypeError), (float("nan"), TypeError)]
    for value, error in wrong:
        for build in (native.d2l.Seq2SeqEncoder, native.d2l.Seq2SeqDecoder):
            with pytest.raises(error, match=name):
                build(**good | {name: value})


@pytest.mark.situation("text: 'False' for a flag, nan for a rate, in sequence to seq.")
def test_a_wrong_option_is_refused_before_anything_is_changed(native, data):
    data_iter, src_vocab, tgt_vocab = data
    net, (X, valid_len, Y, _) = started(native)
    before = native.params(net)

    def train(lr=0.01, num_epochs=1, init=False):
        native.d2l.train_seq2seq(
            net, data_iter, lr, num_epochs, tgt_vocab, native.device, init=init
        )

    for options, error, message in [
        ({"init": "False"}, TypeError, "init must be True or False, got the string"),
        ({"lr": float("nan")}, ValueError, "lr must be a finite number"),
        ({"lr": float("inf")}, ValueError, "lr must be a finite number"),
        ({"lr": -0.1}, ValueError, "lr must be a finite number"),
        ({"lr": "0.1"}, TypeError, "lr must be a number such as 0.5, got '0.1'"),
        ({"num_epochs": 0}, ValueError, "num_epochs=0"),
        ({"num_epochs": 1.5}, TypeError, "num_epochs=1.5"),
    ]:
        with pytest.raises(error, match=message):
            train(**options)
    for name, array in native.params(net).items():
        np.testing.assert_array_equal(array, before[name])
    predict = native.d2l.predict_seq2seq
    device = () if native.name == "tensorflow" else (native.device,)
    with pytest.raises(TypeError, match="save_attention_weights must be True or False"):
        predict(net, "a", src_vocab, tgt_vocab, 3, *device, "False")
    arrays = (native.tensor(np.zeros((3, 2))),) * 2
    with pytest.raises(TypeError, match="is_train must be True or False"):
        native.d2l.load_array(arrays, 2, "False")


# Classic notebooks, with an encoder and decoders of their own


@pytest.mark.parametrize("dropout", [0, 0.1])
def test_a_classic_notebook_trains_its_own_model(native, data, dropout, capsys):
    data_iter, src_vocab, tgt_vocab = data
    classic = importlib.import_module(f"classic_{native.name}")
    encoder = classic.Seq2SeqEncoder(len(src_vocab), 16, 32, 2, dropout)
    decoder = classic.Seq2SeqDecoder(len(tgt_vocab), 16, 32, 2, dropout)
    net = native.d2l.EncoderDecoder(encoder, decoder)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ignore_known_warnings()
        native.d2l.train_seq2seq(net, data_iter, 0.01, 25, tgt_vocab, native.device)
    if native.name == "mxnet" and dropout:
        assert "dropout=0.1, which MXNet ignores on a CPU" in str(said[0].message)
        assert said[0].filename == __file__
    else:
        assert not said
    loss = float(re.match(r"loss (\d\.\d+), ", capsys.readouterr().out).group(1))
    assert loss < 0.3  # from 0.43, the logarithm of 21 over 7 steps
    text, _ = native.predict(net, "I have lost the cat.", src_vocab, tgt_vocab, T)
    assert text


def test_a_classic_notebook_sees_its_attention_weights(native, tmp_path):
    path, T = tmp_path / "tiny.tsv", 4
    path.write_text("a b\tx y\n" * 3, "utf-8")
    data_iter, src_vocab, tgt_vocab = native.d2l.load_data_nmt(3, T, path=path)
    classic = importlib.import_module(f"classic_{native.name}")
    encoder = classic.Seq2SeqEncoder(len(src_vocab), 8, 16, 1)
    decoder = classic.AttentionDecoder(len(tgt_vocab), 8, 16, 1)
    net = native.d2l.EncoderDecoder(encoder, decoder)
    native.d2l.train_seq2seq(net, data_iter, 0.01, 1, tgt_vocab, native.device)
    plain, none = native.predict(net, "a b", src_vocab, tgt_vocab, T)
    text, steps = native.predict(net, "a b", src_vocab, tgt_vocab, T, True)
    assert (text, none) == (plain, [])
    assert len(steps) in (len(text.split()), len(text.split()) + 1)
    for (weights,) in steps:
        weights = native.numpy(weights)
        assert weights.shape == (1, T)
        assert weights.sum() == pytest.approx(1, abs=1e-5)
        assert weights[0, :3].min() > 0 == weights[0, 3]
