"""README's example of a training on a text of one's own runs as it is printed."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")

README = Path(__file__).parents[2] / "README.md"
FRENCH = "Elle est prête. À bientôt, mon cœur, ça va très bien ? Où êtes-vous né ?\n"


@pytest.mark.situation("first steps: README trains on a text of your own")
def test_a_model_is_trained_on_a_text_of_ones_own(tmp_path, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (code,) = [block for block in blocks if "my-novel.txt" in block]
    (tmp_path / "my-novel.txt").write_text(FRENCH * 20, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code, names)
    assert set("àçèéêôùœ") <= set(names["vocab"].idx_to_token)
    *_, during, after = capsys.readouterr().out.splitlines()
    assert during.startswith("elle est") and len(during) == len("elle est") + 50
    assert after.startswith(during) and len(after) == len("elle est") + 100
