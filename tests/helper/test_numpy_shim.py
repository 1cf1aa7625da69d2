"""The shim: MXNet finds the names that NumPy dropped, and nobody else sees them."""

import json
import os
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from d2l_local import numpy_shim
from d2l_local.frameworks import missing

ROOT = Path(__file__).parents[2]
# NumPy 1.26 lacks it, NumPy 2 has it again, as np.bool_.
NUMPY_LACKS_BOOL = "bool" not in vars(np)


def run(code, path=(), fails=False, **environment):
    """Run `code` in a fresh process, with the folders `path` searched first."""
    env = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    env["PYTHONPATH"] = os.pathsep.join(map(str, [*path, ROOT]))
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(
        command, cwd=ROOT, env=env | environment, capture_output=True, text=True
    )
    assert bool(done.returncode) == fails, done.stderr
    return done.stderr if fails else done.stdout


@pytest.fixture
def pretended(tmp_path):
    """A function that makes an `mxnet` of the given source; returns its folder."""

    def make(source, name="__init__"):
        package = tmp_path / "mxnet"
        package.mkdir(exist_ok=True)
        (package / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return tmp_path

    return make


# With a pretended MXNet: quick, and able to fail in every way


def test_the_dropped_names_are_there_while_mxnet_is_imported(pretended):
    folder = pretended("from numpy import PZERO, bool, product; import numpy as np")
    run("from d2l_local.numpy_shim import import_mxnet; import_mxnet()", [folder])


def test_afterwards_mxnet_sees_the_dropped_names_and_all_of_numpy(pretended):
    folder = pretended("from mxnet import sub; import numpy")
    pretended("import numpy as onp", "sub")
    printed = run(
        """
        import numpy as np
        from d2l_local.numpy_shim import import_mxnet
        mxnet = import_mxnet()
        for seen in (mxnet.numpy, mxnet.sub.onp):
            assert seen is not np
            assert seen.bool is np.bool_
            assert seen.alltrue([1, 0]) == np.all([1, 0])
            assert seen.array is np.array and seen.linalg is np.linalg
        print("seen")
        """,
        [folder],
    )
    assert printed == "seen\n"


def test_another_module_that_imported_numpy_keeps_the_real_one(pretended, tmp_path):
    folder = pretended("import mxnet_user")
    (tmp_path / "mxnet_user.py").write_text("import numpy as np\n", encoding="utf-8")
    run(
        """
        import numpy
        from d2l_local.numpy_shim import import_mxnet
        import_mxnet()
        import mxnet_user
        assert mxnet_user.np is numpy
        """,
        [folder],
    )


@pytest.mark.parametrize(
    "failure", ["raise RuntimeError('no libmxnet.so')", "import no_such_module_of_mine"]
)
def test_an_error_inside_mxnet_passes_and_leaves_numpy_as_it_was(pretended, failure):
    printed = run(
        """
        import numpy as np
        from d2l_local.numpy_shim import import_mxnet
        before = dict(vars(np))
        try:
            import_mxnet()
        except (RuntimeError, ModuleNotFoundError) as error:
            print(error)
        assert dict(vars(np)) == before
        """,
        [pretended(failure)],
    )
    assert "no libmxnet.so" in printed or "no_such_module_of_mine" in printed
    assert "pip install" not in printed


def test_an_import_after_a_failed_one_of_mxnet_itself_works(pretended):
    lacking = next(iter(numpy_shim.dropped_names()))
    folder = pretended(f"import numpy as np; np.{lacking}; print('imported')")
    printed = run(
        """
        try:
            import mxnet
        except AttributeError:
            from d2l_local.numpy_shim import import_mxnet
            import_mxnet()
        """,
        [folder],
    )
    assert printed == "imported\n"


def test_a_second_call_gives_the_same_module_without_importing_again(pretended):
    folder = pretended("print('imported')")
    printed = run(
        """
        from d2l_local.numpy_shim import import_mxnet
        assert import_mxnet() is import_mxnet()
        """,
        [folder],
    )
    assert printed == "imported\n"


THREADS = """
    import os
    from d2l_local.numpy_shim import import_mxnet
    import_mxnet()
    print(os.environ["OMP_NUM_THREADS"])
"""


def test_threads_are_all_processors_where_nothing_is_said(pretended):
    printed = run(THREADS, [pretended("")])
    assert int(printed) == numpy_shim.usable_cores()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")
def test_a_process_on_one_core_runs_on_one_thread(pretended):
    pin = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})"
    printed = run(f"{pin}\n{textwrap.dedent(THREADS)}", [pretended("")])
    assert int(printed) == 1


def test_threads_stay_as_the_reader_set_them(pretended):
    printed = run(THREADS, [pretended("")], OMP_NUM_THREADS="3")
    assert int(printed) == 3


def test_warnings_of_retired_code_are_left_out(pretended):
    folder = pretended("import warnings; warnings.warn('old', DeprecationWarning)")
    code = "from d2l_local.numpy_shim import import_mxnet; import_mxnet()"
    run(code, [folder], PYTHONWARNINGS="error::DeprecationWarning:mxnet")


# What is missing


def test_a_missing_mxnet_is_an_import_error_with_the_remedy():
    code = """
        import sys

        class NoMXNet:
            def find_spec(name, path=None, target=None):
                if name == "mxnet":
                    raise ModuleNotFoundError("No module named 'mxnet'", name=name)

        sys.meta_path.insert(0, NoMXNet)
        from d2l_local import mxnet
    """
    *_, last = run(code, fails=True).splitlines()
    assert last == f"ImportError: {missing('mxnet')}"


def test_missing_distutils_is_an_import_error_with_the_remedy(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(numpy_shim.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(numpy_shim.importlib, "import_module", missing)
    with pytest.raises(ImportError, match="distutils.*pip install setuptools"):
        numpy_shim._provide_distutils()


def test_distutils_comes_from_setuptools_where_python_has_none(monkeypatch):
    asked = []
    monkeypatch.setattr(numpy_shim.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(numpy_shim.importlib, "import_module", asked.append)
    numpy_shim._provide_distutils()
    assert asked == ["setuptools"]


# The names themselves


def test_only_names_that_numpy_lacks_are_given():
    assert not set(numpy_shim.dropped_names()) & set(vars(np))


def test_the_dropped_names_mean_what_they_meant(monkeypatch):
    values = [[3, 1], [2, 4]]
    with monkeypatch.context() as without:
        for name in ("msort", "product", "in1d", "NZERO"):
            without.delattr(np, name, raising=False)
        names = numpy_shim.dropped_names()
    assert names["msort"](values).tolist() == [[2, 1], [3, 4]]
    assert names["product"](values) == 24
    assert names["in1d"]([1, 5], [1, 2]).tolist() == [True, False]
    assert np.signbit(names["NZERO"])


def test_functions_that_numpy_gave_away_say_where_they_went():
    with pytest.raises(NotImplementedError, match="numpy.pmt .* numpy-financial"):
        numpy_shim.dropped_names()["pmt"]()


# With the real MXNet


@pytest.fixture(scope="module")
def real():
    """Return what a process saw of NumPy before and after `d2l_local.mxnet`."""
    if find_spec("mxnet") is None:
        pytest.skip("MXNet is not installed")
    return json.loads(
        run("""
        import json, sys, types
        import numpy as np

        def seen():
            # Python itself adds submodules to a package when they are imported.
            items = vars(np).items()
            return {k: id(v) for k, v in items if not isinstance(v, types.ModuleType)}

        before = seen()
        from d2l_local import mxnet
        modules = {k: m for k, m in sys.modules.items() if k.startswith("mxnet")}
        print(json.dumps({
            "before": before,
            "after": seen(),
            "with numpy": [
                name for name, m in modules.items() if np in vars(m).values()
            ],
            "bool": modules["mxnet.ndarray.ndarray"].np.bool is np.bool_,
            "public bool": hasattr(np, "bool"),
        }))
        """)
    )


def test_numpy_has_the_same_names_and_values_as_before(real):
    assert real["after"] == real["before"]


@pytest.mark.skipif(not NUMPY_LACKS_BOOL, reason="this NumPy has np.bool")
def test_np_bool_still_raises_for_everyone_else(real):
    assert real["public bool"] is False


def test_no_module_of_mxnet_holds_the_real_numpy(real):
    assert real["with numpy"] == []


def test_mxnets_arrays_look_np_bool_up_in_the_stand_in(real):
    assert real["bool"] is True
