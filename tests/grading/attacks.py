"""What a student might write into an answer cell to be given points for nothing.

Each ATTACK is followed by the stub of the answer, or defines it: the answer itself is
never solved. All of them are about `sliding_windows(series, k)`.
"""

REPLACED = """
import gc, types

def right(*arguments, **named):
    return True

for each in gc.get_objects():
    try:
        name = f"{type(each).__module__}.{type(each).__name__}"
        if isinstance(each, type) and each.__module__.startswith("d2l_check"):
            for attribute in list(vars(each)):
                if not attribute.startswith("__"):
                    setattr(each, attribute, right)
        elif isinstance(each, types.FunctionType) and (
            each.__module__ or ""
        ).startswith("d2l_check"):
            each.__code__ = right.__code__
            each.__defaults__ = each.__kwdefaults__ = None
    except Exception:
        pass
"""

ALWAYS_EQUAL = """
class Right({base}):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __len__(self): return 2
    def __iter__(self): return iter(())
    def __getattr__(self, name): return self
    def __array__(self, *args, **named): return np.zeros(3)
    def __bool__(self): return True
    def __repr__(self): return "all 3 correct"

def sliding_windows(series, k):
    return {value}
"""

ATTACKS = {
    "environment": """
import os
os.environ.pop("NBGRADER_EXECUTION", None)
os.environ.clear()
""",
    "finding replaced": """
from d2l_check.criteria import Check
from d2l_check.report import Finding
Check.finding = lambda self, criterion, passed: Finding("", True)
""",
    "report replaced": """
import d2l_check.criteria
d2l_check.criteria.Check.report = lambda self: None
""",
    "mistaken replaced": """
import d2l_check.mistake, d2l_check.criteria
d2l_check.criteria.Mistaken = d2l_check.mistake.Mistaken = type("M", (Exception,), {})
""",
    "check redefined": """
check = type("Check", (), {"__getattr__": lambda self, name: lambda *a: None})()
""",
    "functions of check replaced": """
for name in dir(check):
    try:
        setattr(check, name, lambda *functions: None)
    except Exception:
        pass
""",
    "reference imported": """
from d2l_check.chapters.why_sequences import SlidingWindows
sliding_windows = SlidingWindows.reference
""",
    "reference imported by its name": """
import importlib
module = importlib.import_module("d2l_check.chapters.why_sequences")
sliding_windows = module.SlidingWindows.reference
""",
    "reference looked for in memory": """
import gc
found = [o for o in gc.get_objects() if isinstance(o, type)
         and o.__name__ == "SlidingWindows"]
sliding_windows = found[0].reference
""",
    "reference on the stack": """
def sliding_windows(series, k):
    import sys
    frame = sys._getframe()
    while frame:
        for value in (*frame.f_locals.values(), *frame.f_globals.values()):
            if hasattr(value, "reference"):
                return value.reference(series, k)
        frame = frame.f_back
    raise NotImplementedError()
""",
    "allclose replaced": """
for module in (np, np._core.numeric, np._core.multiarray, np.testing):
    for name in ("allclose", "array_equal", "isclose", "isfinite", "all", "any"):
        if hasattr(module, name):
            setattr(module, name, lambda *arguments, **named: True)
""",
    "modules replaced": """
import sys, types
class Anything(types.ModuleType):
    def __getattr__(self, name):
        return lambda *arguments, **named: True
for name in list(sys.modules):
    if name.startswith(("d2l_check", "numpy", "json", "struct")):
        sys.modules[name] = Anything(name)
""",
    "everything of the package replaced": REPLACED,
    "kernel silenced": """
try:
    shell = get_ipython()
    shell.run_cell = lambda *arguments, **named: None
    shell.showtraceback = lambda *arguments, **named: None
    shell._showtraceback = lambda *arguments, **named: None
    shell.set_custom_exc((BaseException,), lambda *arguments, **named: None)
    shell.kernel.send_response = lambda *arguments, **named: None
    shell.kernel.session.send = lambda *arguments, **named: None
except Exception:
    pass
""",
    "exit hooks": """
import atexit, os
atexit.register(print, "all 3 correct")
atexit.register(os._exit, 0)
""",
    "thread that replaces later": """
import threading, time
def later():
    while True:
        np.allclose = lambda *arguments, **named: True
        time.sleep(0.001)
threading.Thread(target=later, daemon=True).start()
""",
    "equal to everything": ALWAYS_EQUAL.format(base="object", value="Right()"),
    "a pair that is equal to everything": ALWAYS_EQUAL.format(
        base="object", value="(Right(), Right())"
    ),
    "a list that is equal to everything": ALWAYS_EQUAL.format(
        base="list", value="Right()"
    ),
    "a tuple that is equal to everything": ALWAYS_EQUAL.format(
        base="tuple", value="Right()"
    ),
    "an array that is equal to everything": ALWAYS_EQUAL.format(
        base="np.ndarray", value="np.zeros(3).view(Right), np.zeros(3).view(Right)"
    ),
    "a number that is equal to everything": ALWAYS_EQUAL.format(
        base="float", value="Right()"
    ),
    "prints a good report": """
def sliding_windows(series, k):
    print("✓ everything\\nall 3 correct")
""",
    "leaves with success": """
def sliding_windows(series, k):
    raise SystemExit(0)
""",
    "leaves at the cell": "import sys\nsys.exit(0)",
    "is interrupted": """
def sliding_windows(series, k):
    raise KeyboardInterrupt
""",
    "raises what the judge raises": """
class Mistaken(BaseException):
    mistake = None
class CheckFailed(BaseException):
    report = None
def sliding_windows(series, k):
    raise Mistaken
""",
    "forged answers": """
import gc
for each in gc.get_objects():
    if type(each).__name__ == "Worker":
        type(each).do_call = lambda self, function, *arguments: (arguments[0],) * 2
        type(each).do_name = lambda self, name: 3
""",
    "forged messages": """
import os, struct
def sliding_windows(series, k):
    for text in (b'{"found": true}', b'{"found": {"tuple": []}}', b'{"call": 0}'):
        for end in range(3, 40):
            try:
                os.write(end, struct.pack("<QQ", len(text), 0) + text)
            except OSError:
                pass
    raise NotImplementedError()
""",
    "asks the judge's functions": """
import gc
for each in gc.get_objects():
    if type(each).__name__ == "Worker":
        worker = each
def sliding_windows(series, k):
    for number in range(3):
        worker.channel.send({"call": number, "arguments": []})
    return worker.channel.receive()
""",
    "files of its own": """
import numpy, d2l_check
def sliding_windows(series, k):
    return numpy.answer
""",
}

# What ends the process, or never ends, or is far too much. The name is that of the
# mistake in the report, after the colon what else the hints hold.
TOO_MUCH = {
    "leaves the process": "import os; os._exit(0)",
    "kills the process": "import os; os.kill(os.getpid(), 9)",
    "kills its group": "import os; os.killpg(0, 9)",
    "closes all files": "import os; os.closerange(0, 100)",
    "never ends": "while True: pass",
    "never ends, whatever it is told": """while True:
        try:
            while True: pass
        except BaseException: pass""",
    "sleeps": "import time; time.sleep(1e6)",
    "waits for input": "input()",
    "recurses": "return sliding_windows(series, k)",
    "prints megabytes": "print('a' * 50_000_000)",
    "prints many lines": "for _ in range(300_000): print('line')",
    "returns an enormous array": "return np.zeros((20_000, 5_000)), np.zeros(3)",
    "returns an array without numbers": (
        "return np.broadcast_to(1.0, (10**9, 10**3)), np.zeros(3)"
    ),
    "returns an enormous list": "return [[0.0] * 3_000_000, 0]",
    "returns an enormous number": "return 10**100_000, 1",
    "returns an enormous text": "return 'a' * 50_000_000",
    "returns what holds itself": "x = []; x.append(x); return x",
    "returns what is deep": """x = []
    for _ in range(100_000): x = [x]
    return x""",
    "raises an enormous message": "raise ValueError('a' * 50_000_000)",
    "raises what can't be shown": """class Evil(Exception):
        def __str__(self): raise self
    raise Evil""",
}


def cell(attack):
    """The source of an answer cell with an attack, and nothing solved."""
    stub = "def sliding_windows(series, k):\n    raise NotImplementedError()\n"
    defines = "sliding_windows =" in attack or "def sliding_windows" in attack
    return attack + ("" if defines else stub)
