"""Exercise 2, second part: the framework's own deep GRU."""

from d2l_check.criteria import Check, Criterion
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.returned import nothing_returned
from d2l_check.words import kind, message

# Vocabulary, hidden units, layers: two sizes, so that none can be written into the code
SIZES = ((7, 5, 2), (6, 4, 3))


# Mistakes by the kind of what was returned
WRONG_KINDS = {
    "lstm": Mistake(
        "lstm-returned",
        _("The layer is an LSTM."),
        _("Look at the name of the class that you use."),
        _("Print what you return. Which class does it show, and which sizes?"),
    ),
    "rnn": Mistake(
        "rnn-returned",
        _("The layer is a plain recurrent network without gates."),
        _("Look at the name of the class that you use."),
        _("Print what you return. Which class does it show, and which sizes?"),
    ),
    "cell": Mistake(
        "cell-returned",
        _("This is a cell: it makes one step only."),
        _("A layer runs a cell along the whole sequence."),
        _("Print what you return. Which class does it show, and which sizes?"),
    ),
    "model": Mistake(
        "model-returned",
        _("This is a whole model already."),
        _("Return the layer alone. RNNModel is built on it later."),
        _("Print what you return. Which class does it show, and which sizes?"),
    ),
}


class GRULayer(Check):
    """Check a deep GRU of the framework: its kind, its sizes, and that it runs."""

    signature = "gru_layer(vocab_size, num_hiddens, num_layers)"

    def criteria(self):
        return [
            Criterion(
                _("gru_layer returns a GRU of {framework}").format(
                    framework=self.framework.name
                ),
                self.kind,
            ),
            Criterion(
                _("it has as many layers and units as were asked for"),
                self.sizes,
                (self.kind,),
            ),
            Criterion(
                _("RNNModel can be built on it and runs"),
                self.runs,
                (self.kind, self.sizes),
            ),
        ]

    def kind(self):
        self.layers = [self.submission(*sizes) for sizes in SIZES]
        layer = self.layers[0]
        if layer is None:
            raise Mistaken(nothing_returned("gru_layer(...)"))
        self.stacks = [self.framework.stack(layer) for layer in self.layers]
        found = self.stacks[0].kind
        if found != "gru":
            raise Mistaken(WRONG_KINDS.get(found) or not_a_layer(layer))

    def sizes(self):
        for stack, (inputs, hiddens, number) in zip(self.stacks, SIZES):
            if len(stack.hiddens) != number:
                raise Mistaken(wrong_number(len(stack.hiddens), number))
            if set(stack.hiddens) != {hiddens}:
                raise Mistaken(wrong_units(stack.hiddens[0], hiddens))
            if stack.inputs not in (None, inputs):
                raise Mistaken(wrong_inputs(stack.inputs, inputs))

    def runs(self):
        for stack in self.stacks:
            for fault in stack.faults:
                raise Mistaken(faults(self.framework)[fault])
        for layer, (inputs, _hiddens, _number) in zip(self.layers, SIZES):
            try:
                self.framework.run_model(layer, inputs)
            except Exception as error:
                raise Mistaken(model_fails(error)) from error


def not_a_layer(layer):
    return Mistake(
        "not-a-layer",
        _("The function returns no recurrent layer, but: {found}").format(
            found=kind(layer)
        ),
        _("Look at what RNNModel is built on in the chapter."),
        _("Print what you return. Which class does it show, and which sizes?"),
    )


def wrong_number(found, right):
    if found == 1:
        return Mistake(
            "one-layer",
            _("There is one layer only; {right} were asked for.").format(right=right),
            _("Where does your code use num_layers?"),
            _("Print what you return. Which class does it show, and which sizes?"),
        )
    return Mistake(
        "wrong-number-of-layers",
        _("There are {found} layers; {right} were asked for.").format(
            found=found, right=right
        ),
        _("Where does your code use num_layers?"),
        _("Print what you return. Which class does it show, and which sizes?"),
    )


def wrong_units(found, right):
    return Mistake(
        "wrong-number-of-units",
        _("There are {found} hidden units; {right} were asked for.").format(
            found=found, right=right
        ),
        _("Use num_hiddens, and look at the order of the arguments."),
        _("Print what you return. Which class does it show, and which sizes?"),
    )


def wrong_inputs(found, right):
    return Mistake(
        "wrong-number-of-inputs",
        _(
            "The layer expects {found} inputs; the vocabulary has {right} tokens."
        ).format(found=found, right=right),
        _("The inputs are one-hot vectors. How long are they?"),
        _("Print what you return. Which class does it show, and which sizes?"),
    )


def faults(framework):
    """Return the mistakes in how a GRU was made, by their keys."""
    found = [
        Mistake(
            "batch-first",
            _("The layer expects the batch first."),
            _("RNNModel feeds it the time first. Leave out: {option}").format(
                option=framework.batch_first
            ),
        ),
        Mistake(
            "both-directions",
            _("The layer reads the text in both directions."),
            _("A model that predicts the next character must not look ahead."),
        ),
        Mistake(
            "no-sequences",
            _("The layer gives the output of the last step only."),
            _("The model needs the outputs of all steps: return_sequences=True"),
        ),
        Mistake(
            "no-state",
            _("The layer doesn't return its state."),
            _("The next batch starts from that state: return_state=True"),
        ),
        Mistake(
            "cell-shared",
            _("All layers are one and the same object, and share their weights."),
            _("A list times a number repeats the object. Make one for each layer."),
        ),
    ]
    return {mistake.key: mistake for mistake in found}


def model_fails(error):
    return Mistake(
        "model-fails",
        _("RNNModel stops with {type}: {message}").format(
            type=type(error).__name__, message=message(error)
        ),
        _("Build the layer in the way the chapter builds its LSTM."),
    )
