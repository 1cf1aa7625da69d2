"""What is shown of several notebooks that run at the same time."""

import io

import pytest

from tools.board import Board, about, duration, makespan

CLOSING = "perplexity 1.0, 6503.5 tokens/sec on cpu\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def board(now):
    return Board(2, io.StringIO(), clock=lambda: now[0])


def test_a_text_is_shown_once_and_as_soon_as_it_is_whole(board, now):
    lane = board.add("PyTorch", 100)
    lane.start()
    lane.cell(16, 37, "train()")
    now[0] = 65
    lane.printed(CLOSING + "time traveller")
    lane.printed(" and all\n")
    lane.printed("traveller and")
    assert board.stream.getvalue() == ""
    lane.printed(" all he\n")
    wanted = (
        "PyTorch wrote, 1 min 05 s after its start "
        "(perplexity 1.0, 6,504 tokens/sec on cpu):\n"
        "    time traveller and all\n    traveller and all he\n"
    )
    assert board.stream.getvalue() == wanted
    lane.printed(CLOSING + "a\nb\n")
    assert board.stream.getvalue() == wanted


def test_a_log_gets_a_line_now_and_then_with_what_runs_and_what_is_left(board, now):
    lanes = [board.add(name, 240) for name in ("PyTorch", "TensorFlow", "MXNet")]
    for lane in lanes[:2]:
        lane.start()
        lane.cell(16, 37, "train()")
    lanes[0].note("epoch 1/500, perplexity 20.00")
    for second in range(65):
        now[0] = float(second)
        board.tick()
    assert board.stream.getvalue().split("\n") == [
        "PyTorch: epoch 1/500, perplexity 20.00 | TensorFlow: cell 16 of 37 | "
        "MXNet: waits | 30 s gone, about 8 min left",
        "PyTorch: epoch 1/500, perplexity 20.00 | TensorFlow: cell 16 of 37 | "
        "MXNet: waits | 1 min 00 s gone, about 7 min left",
        "",
    ]


def test_what_is_left_follows_the_speed_of_the_training(board, now):
    first, second = board.add("PyTorch", 100), board.add("MXNet", 200)
    first.start()
    first.cell(1, 2, "train()")
    now[0] = 30
    first.note("epoch 1/100, perplexity 9.0")  # too early to tell
    assert first.left(board.pace()) == 70 and second.left(board.pace()) == 200
    first.note("epoch 10/100, perplexity 8.0")  # 300 s for three quarters of it
    assert first.forecast == pytest.approx(400)
    assert first.left(board.pace()) == pytest.approx(370)
    assert second.left(board.pace()) == pytest.approx(800)  # as slow a machine
    now[0] = 150
    first.printed(CLOSING + "a\nb\n")  # faster than that in the end
    assert first.left(board.pace()) == pytest.approx(50)
    first.end("done")
    assert first.left(board.pace()) == 0
    assert "PyTorch: done after 2 min 30 s\n" in board.stream.getvalue()


def test_a_lane_that_fails_says_where(board):
    lane = board.add("MXNet", 60)
    lane.start()
    lane.cell(3, 4, "x")
    lane.end("failed")
    assert board.stream.getvalue() == "MXNet: failed after 0 s, cell 3 of 4\n"


def test_a_lane_is_stopped_even_before_its_kernel_has_started(board):
    calls = []
    early, late, over = (board.add(name, 60) for name in "abc")
    early.start()
    early.stop()
    early.stoppable(lambda: calls.append("early"))
    late.start()
    late.stoppable(lambda: calls.append("late"))
    assert calls == ["early"]
    late.stop()
    over.start()
    over.stoppable(lambda: calls.append("over"))
    over.end("done")
    over.stop()
    assert calls == ["early", "late"]


def test_a_terminal_has_a_bar_for_each_and_texts_above_them(now):
    board = Board(2, Terminal(), clock=lambda: now[0])
    lanes = [board.add(name, 100) for name in ("PyTorch", "MXNet")]
    with board:
        lanes[0].start()
        lanes[0].cell(1, 2, "train()")
        lanes[0].note("epoch {1}")
        now[0] = 50
        board.tick()
        lanes[0].printed(CLOSING + "a\nb\n")
        board.tick()
    shown = board.stream.getvalue()
    assert "PyTorch" in shown and "epoch {1}" in shown and "MXNet" in shown
    assert "waits" in shown and "50 s gone, about 2 min left" in shown
    assert "    a\n    b\n" in shown


def test_the_last_job_ends_when_each_starts_as_soon_as_a_worker_is_free():
    assert makespan([4, 8, 6], 2) == 10
    assert makespan([4, 8, 6], 1) == 18
    assert makespan([4, 8, 6], 3) == 8
    assert makespan([6], 2, running=[1, 5]) == 7
    assert makespan([], 2, running=[3]) == 3
    assert makespan([], 1) == 0


def test_times_are_said_as_people_say_them():
    assert [duration(s) for s in (0, 59.6, 125)] == ["0 s", "1 min 00 s", "2 min 05 s"]
    assert [about(s) for s in (20, 200)] == ["less than a minute", "about 3 min"]
