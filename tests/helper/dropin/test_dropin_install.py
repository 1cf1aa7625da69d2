"""The drop-in switched on and off: what `import d2l` finds, and what stays as it is.

See `test_dropin_keras2.py` for Keras, `test_dropin_classic.py` for whole notebooks.
"""

import sys

import pytest

import d2l_local
from d2l_local.dropin.chapters import OTHER_CHAPTERS
from d2l_local.numpy_shim import dropped_names

LACKING = next(iter(dropped_names()))
MODULES = """
    import sys
    HEAVY = {"torch", "tensorflow", "keras", "mxnet", "matplotlib"}
    def heavy():
        return sorted(HEAVY & set(sys.modules))
"""


@pytest.fixture
def real(tmp_path):
    """The folder of a package that plays the real `d2l`."""
    package = tmp_path / "d2l"
    package.mkdir()
    (package / "__init__.py").write_text("real = True\n", encoding="utf-8")
    (package / "torch.py").write_text("real = True\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def needy_mxnet(tmp_path):
    """The folder of a package that plays MXNet, and needs what NumPy dropped."""
    package = tmp_path / "mxnet"
    package.mkdir()
    (package / "__init__.py").write_text(
        f"import numpy, time\nnumpy.{LACKING}\nseen = True\ntime.sleep(0.1)\n"
        "loaded = __loader__, __spec__.loader\n",
        encoding="utf-8",
    )
    return tmp_path


def test_nothing_is_imported_before_it_is_asked_for(run):
    printed = run(
        MODULES
        + """
    import d2l_local
    d2l_local.install_as_d2l()
    import d2l
    assert d2l.__version__.startswith("0.17+d2l.local.")
    print(heavy())
    from d2l import torch as d2l
    print(heavy())
    assert d2l.plt.plot and "matplotlib" in sys.modules
    """
    )
    assert printed == "[]\n['torch']\n"


# In this process, which has torch already


def test_the_modules_are_those_of_d2l_local_by_every_way_of_importing():
    from d2l_local import torch as package

    finders = list(sys.meta_path)
    d2l_local.install_as_d2l()
    d2l_local.install_as_d2l()
    import d2l.torch as two
    from d2l import torch as one
    from d2l.torch import train_ch8

    assert one is two is sys.modules["d2l.torch"]
    assert one.train_ch8 is train_ch8 is package.train_ch8
    assert one.DATA_HUB is package.DATA_HUB
    namespace = {}
    exec("from d2l.torch import *", namespace)
    assert namespace["RNNModel"] is package.RNNModel
    assert namespace.keys() >= {"Vocab", "tensor", "plot", "seq_data_iter_random"}
    # Called again it changes nothing, so that once is enough to undo it.
    d2l_local.uninstall_as_d2l()
    assert not any(name.partition(".")[0] == "d2l" for name in sys.modules)
    d2l_local.uninstall_as_d2l()
    assert sys.meta_path == finders
    assert one.RNNModel is package.RNNModel  # what was imported still works


def test_aliases_are_not_in_the_package(dropin):
    from d2l import torch as d2l

    from d2l_local import torch as package

    assert d2l.reshape and d2l.plt.plot
    assert not hasattr(package, "reshape") and not hasattr(package, "plt")


@pytest.mark.parametrize(
    "code",
    [
        "d2l.load_data_fashion_mnist(256)",
        "d2l.train_ch6",
        "from d2l.torch import load_data_fashion_mnist",
        "import d2l.torch; d2l.torch.Seq2SeqAttentionDecoder",
    ],
)
def test_a_name_of_another_chapter_says_what_is_covered(dropin, code):
    on = "from d2l import torch as d2l\n"
    with pytest.raises(AttributeError, match="d2l.torch has no '[a-zA-Z_0-9]+' here"):
        exec(on + code, {})
    with pytest.raises(AttributeError, match="chapters on sequences.* dir\\(d2l\\)"):
        exec(on + code, {})


def test_a_misspelt_name_is_answered_with_the_right_one(dropin):
    from d2l import torch as d2l

    with pytest.raises(AttributeError, match="Did you mean 'train_ch8'?"):
        d2l.train_ch9  # noqa: B018
    assert not hasattr(d2l, "train_ch6") and not hasattr(d2l, "_x")


@pytest.mark.situation("drop-in: no guess from one chapter's name to another's")
def test_a_name_of_another_chapter_is_not_answered_with_one_of_ours(dropin):
    from d2l import torch as d2l

    assert not OTHER_CHAPTERS & set(dir(d2l))
    for name in [*OTHER_CHAPTERS, "train_ch33", "load_data_snil", "read_data_banana"]:
        with pytest.raises(AttributeError) as caught:
            getattr(d2l, name)
        assert "Did you mean" not in str(caught.value), name


# In processes of their own


def test_a_framework_that_is_not_covered_is_an_import_error(run):
    on = "import d2l_local; d2l_local.install_as_d2l()\n"
    last = run(on + "from d2l import paddle", fails=True)
    assert last.startswith("ImportError: d2l has no module 'paddle' here")
    assert "torch, tensorflow, mxnet" in last


def test_an_installed_d2l_is_hidden_while_the_drop_in_is_on(run, real):
    run(
        """
        import d2l_local
        d2l_local.install_as_d2l()
        from d2l import torch
        assert torch.Vocab and not hasattr(torch, "real")
        d2l_local.uninstall_as_d2l()
        from d2l import torch
        assert torch.real
        """,
        [real],
    )


def test_an_imported_d2l_is_left_alone_with_the_remedy(run, real):
    last = run("import d2l, d2l_local; d2l_local.install_as_d2l()", [real], fails=True)
    assert last.startswith("ImportError: d2l has been imported already, from /")
    assert "restart Python (in a notebook, the kernel)" in last
    run(
        """
        import d2l, d2l_local, sys
        before = list(sys.meta_path)
        try:
            d2l_local.install_as_d2l()
        except ImportError:
            pass
        assert sys.meta_path == before and sys.modules["d2l"] is d2l
        d2l_local.uninstall_as_d2l()
        assert sys.modules["d2l"] is d2l
        """,
        [real],
    )


# MXNet


def test_mxnet_can_be_imported_first_and_numpy_is_left_as_it_is(run, needy_mxnet):
    run(
        """
        import numpy, sys
        before = dict(vars(numpy))
        import d2l_local
        d2l_local.install_as_d2l()
        import mxnet
        assert mxnet.seen
        assert dict(vars(numpy)) == before
        assert mxnet.numpy is not numpy and mxnet.numpy.array is numpy.array
        from d2l_local.numpy_shim import import_mxnet
        assert import_mxnet() is mxnet
        assert mxnet.loaded == (mxnet.__loader__, mxnet.__spec__.loader)
        assert type(mxnet.__loader__).__name__ == "SourceFileLoader"
        """,
        [needy_mxnet],
    )


def test_our_own_import_of_mxnet_passes_through_the_hook(run, needy_mxnet):
    run(
        """
        import numpy
        before = dict(vars(numpy))
        import d2l_local
        d2l_local.install_as_d2l()
        from d2l_local.numpy_shim import import_mxnet
        mxnet = import_mxnet()
        assert mxnet.seen and mxnet.numpy is not numpy and dict(vars(numpy)) == before
        """,
        [needy_mxnet],
    )


def test_without_the_drop_in_mxnet_is_not_helped(run, needy_mxnet):
    off = "import d2l_local; d2l_local.install_as_d2l(); d2l_local.uninstall_as_d2l()\n"
    last = run(off + "import mxnet", [needy_mxnet], fails=True)
    assert LACKING in last


def test_two_threads_that_import_mxnet_do_not_wait_for_each_other_for_ever(
    run, needy_mxnet
):
    run(
        """
        import faulthandler, threading
        faulthandler.dump_traceback_later(20, exit=True)
        import d2l_local
        from d2l_local.numpy_shim import import_mxnet
        d2l_local.install_as_d2l()
        seen = []
        def plain():
            import mxnet
            seen.append(mxnet.seen)
        def ours():
            seen.append(import_mxnet().seen)
        threads = [threading.Thread(target=f) for f in (plain, ours, plain, ours)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert len(seen) == 4
        """,
        [needy_mxnet],
    )


# IPython


def test_the_extension_of_ipython_switches_it_on_and_off(run):
    run(
        """
        from IPython.core.interactiveshell import InteractiveShell
        from d2l_local.dropin import installed
        shell = InteractiveShell()
        shell.run_line_magic("load_ext", "d2l_local")
        assert installed()
        shell.run_line_magic("reload_ext", "d2l_local")
        assert installed()
        shell.run_line_magic("unload_ext", "d2l_local")
        assert not installed()
        """
    )


# TensorFlow


@pytest.mark.parametrize("on", [True, False])
def test_tensorflow_can_be_imported_first_and_its_notices_are_not_shown(
    run, tmp_path, on
):
    notice = "port.cc:153] oneDNN custom operations are on"
    (tmp_path / "tensorflow.py").write_text(
        f"import os\nos.write(2, b'{notice}\\nsomething else\\n')\n", encoding="utf-8"
    )
    printed = run(
        f"""
        import subprocess, sys
        code = "import d2l_local\\n"
        code += "if {on}: d2l_local.install_as_d2l()\\n"
        code += "import tensorflow"
        command = [sys.executable, "-c", code]
        print(subprocess.run(command, capture_output=True, text=True).stderr, end="")
        """,
        [tmp_path],
    )
    assert "something else" in printed
    assert (notice in printed) is not on
