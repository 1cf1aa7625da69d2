"""The plan of the benchmark: all jobs, and every number that shapes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "mxnet": "MXNet"}
OURS, CLASSIC = "d2l_local", "d2l"
# How much faster than the classic helper ours has to be.
TARGETS = {"torch": 1.5, "tensorflow": 3.5, "mxnet": 2.3}
LEARNED = 1.05  # the perplexity at which a text counts as memorised


@dataclass(frozen=True)
class Size:
    """The sizes of a model and of its batches."""

    hidden: int = 256
    layers: int = 2
    steps: int = 35
    batch: int = 32


@dataclass(frozen=True)
class Optimizer:
    """An optimiser; `name` is 'sgd', 'momentum' (0.9) or 'adam'."""

    name: str = "sgd"
    lr: float = 2.0

    @property
    def label(self) -> str:
        names = {"sgd": "SGD", "momentum": "SGD, momentum 0.9", "adam": "Adam"}
        return f"{names[self.name]}, lr {self.lr:g}"


@dataclass(frozen=True)
class Job:
    """The work of one process.

    `kind`: 'train' calls train_ch8 once, 'scaling' calls it for each of `points`, and
    'peak' multiplies matrices. A call trains for `epochs` epochs at most, and ends
    early once it has taken `seconds` after its first epoch (0: never), but not before
    its third. `cores`: how many processor cores the process may use, None for all.
    `threads`: value of OMP_NUM_THREADS, None to leave it to the helper, as for a
    reader.
    """

    kind: str
    framework: str
    helper: str = OURS
    size: Size = field(default_factory=Size)
    optimizer: Optimizer = field(default_factory=Optimizer)
    epochs: int = 10**6
    max_tokens: int = 10_000
    seed: int = 1
    points: tuple[Size, ...] = ()
    seconds: float = 0.0
    cores: int | None = None
    threads: int | None = None

    def as_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict) -> Job:
        """Build the job that `as_dict` described, also after a detour through JSON."""
        return Job(
            **{
                **data,
                "size": Size(**data["size"]),
                "optimizer": Optimizer(**data["optimizer"]),
                "points": tuple(Size(**point) for point in data["points"]),
            }
        )


@dataclass(frozen=True)
class Unit:
    """Jobs that belong together: run one after the other, kept or lost as one."""

    name: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Plan:
    """All budgets of one run.

    `rounds`: pairs of processes for each framework. `pair_epochs`: their epochs, ten
    times something plus one, as the classic helper stops every ten epochs to write a
    text and the first epoch is left out. `classic_epochs`: the length of the classic
    helper's one long run. `epochs`: those of ours, by optimiser. Long runs also end
    after a number of seconds (`classic_seconds`, `seconds`), so that a slow machine
    learns less and not longer.
    """

    mode: str
    rounds: int
    pair_epochs: dict[str, int]
    classic_epochs: int
    classic_seconds: float
    epochs: dict[Optimizer, int]
    seconds: dict[Optimizer, float]
    memory_steps: tuple[int, int]
    points: tuple[Size, ...]
    point_seconds: float


BASE = Size()
SMALL = Size(hidden=64, layers=2, steps=10, batch=8)
POINTS = (
    BASE,
    *(replace(BASE, hidden=hidden) for hidden in (64, 128, 512)),
    *(replace(BASE, layers=layers) for layers in (1, 3)),
    *(replace(BASE, steps=steps) for steps in (10, 140)),
    *(replace(BASE, batch=batch) for batch in (8, 64)),
)
SGD_2, SGD_8 = Optimizer("sgd", 2.0), Optimizer("sgd", 8.0)
MOMENTUM, ADAM = Optimizer("momentum", 1.0), Optimizer("adam", 0.005)
FULL = Plan(
    mode="full",
    rounds=4,
    pair_epochs={"torch": 31, "tensorflow": 11, "mxnet": 21},
    classic_epochs=150,
    classic_seconds=60.0,
    epochs={SGD_2: 400, SGD_8: 200, MOMENTUM: 200, ADAM: 150},
    seconds={SGD_2: 150.0, SGD_8: 60.0, MOMENTUM: 60.0, ADAM: 45.0},
    memory_steps=(2_000, 10_000),
    points=POINTS,
    point_seconds=1.0,
)
QUICK = Plan(
    mode="quick",
    rounds=2,
    pair_epochs={"torch": 11, "tensorflow": 3, "mxnet": 6},
    classic_epochs=4,
    classic_seconds=5.0,
    epochs={SGD_2: 5, ADAM: 5},
    seconds={SGD_2: 5.0, ADAM: 5.0},
    memory_steps=(200, 400),
    points=POINTS[:2],
    point_seconds=0.2,
)


def units(plan: Plan, cores: int, classic: bool) -> list[Unit]:
    """Return everything that a run measures, in order.

    `cores`: of the machine; `classic`: is the classic helper there? The rounds come
    first and alternate between the frameworks, so that a machine that changes its pace
    during the run changes it for all.
    """
    return [
        Unit("peak", (Job("peak", "torch", seconds=0.5),)),
        *_rounds(plan, classic),
        *(_by_hand(plan, cores) if classic else ()),
        *(_long(plan, name) for name in FRAMEWORKS if classic),
        *(_learning(plan, name, opt) for opt in plan.epochs for name in FRAMEWORKS),
        *(_memory(plan, name) for name in FRAMEWORKS),
        *(_scaling(plan, name) for name in FRAMEWORKS),
        *(
            _threads(plan, name, number)
            for name in FRAMEWORKS
            for number in thread_counts(cores)
        ),
    ]


def thread_counts(cores: int) -> list[int]:
    """Return 1, 2, 4, ... up to the number of cores, and that number itself."""
    return sorted({2**power for power in range(cores.bit_length())} | {cores})


def _rounds(plan: Plan, classic: bool) -> list[Unit]:
    """Return pairs of processes; the first helper changes from round to round."""
    found = []
    for number in range(1, plan.rounds + 1):
        order = (CLASSIC, OURS) if number % 2 else (OURS, CLASSIC)
        helpers = order if classic else (OURS,)
        for name in FRAMEWORKS:
            job = Job("train", name, epochs=plan.pair_epochs[name], seed=number)
            jobs = tuple(replace(job, helper=helper) for helper in helpers)
            found.append(Unit(f"pair-{name}-{number}", jobs))
    return found


def _by_hand(plan: Plan, cores: int) -> list[Unit]:
    """Set the threads of the classic helper: left alone, MXNet uses one there."""
    ours = Job("train", "mxnet", epochs=plan.pair_epochs["mxnet"])
    classic = replace(ours, helper=CLASSIC, threads=cores)
    return [Unit("byhand-mxnet-1", (classic, ours))]


def _long(plan: Plan, framework: str) -> Unit:
    job = Job(
        "train",
        framework,
        CLASSIC,
        epochs=plan.classic_epochs,
        seconds=plan.classic_seconds,
    )
    return Unit(f"classic-{framework}", (job,))


def _learning(plan: Plan, framework: str, optimizer: Optimizer) -> Unit:
    job = Job(
        "train",
        framework,
        optimizer=optimizer,
        epochs=plan.epochs[optimizer],
        seconds=plan.seconds[optimizer],
    )
    return Unit(f"learning-{framework}-{optimizer.name}-{optimizer.lr:g}", (job,))


def _memory(plan: Plan, framework: str) -> Unit:
    """Plan many steps of a small model: its size makes no difference to a leak."""
    steps_per_epoch = 10_000 // (SMALL.batch * SMALL.steps) - 1
    epochs = -(-plan.memory_steps[1] // steps_per_epoch) + 1
    job = Job("train", framework, size=SMALL, epochs=epochs, optimizer=SGD_2)
    return Unit(f"memory-{framework}", (job,))


def _scaling(plan: Plan, framework: str) -> Unit:
    job = Job("scaling", framework, points=plan.points, seconds=plan.point_seconds)
    return Unit(f"scaling-{framework}", (job,))


def _threads(plan: Plan, framework: str, cores: int) -> Unit:
    job = Job(
        "scaling", framework, points=(BASE,), seconds=plan.point_seconds, cores=cores
    )
    return Unit(f"threads-{framework}-{cores}", (job,))
