"""When the demo collects its static files; what comes of it is looked at in test_demo.py."""

import sys

import pytest

from clinic.demo import static_files
from clinic.demo.servers import StackError


@pytest.fixture
def collecting(monkeypatch):
    """Stands for what takes seconds: it only says that it was there."""

    def _collecting(program="print('collected')"):
        monkeypatch.setattr(static_files, "COLLECT", [sys.executable, "-S", "-c", program])

    _collecting()
    return _collecting


@pytest.fixture
def files(tmp_path, settings, collecting):
    folder, settings.STATIC_ROOT = tmp_path / "files", tmp_path / "static"
    folder.mkdir()
    settings.STATIC_ROOT.mkdir()
    (folder / "one.css").write_text("a {}")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_USE_FINDERS = False
    return folder


@pytest.fixture
def start(files, tmp_path):
    """Starts another demo; how often one has collected by now."""

    def _start() -> int:
        with static_files.collected_meanwhile(tmp_path):
            pass
        return (tmp_path / "static-files.log").read_text().count("collected")

    return _start


def test_they_are_collected_once(start):
    assert [start(), start()] == [1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda files: (files / "one.css").write_text("b {}"),
        lambda files: (files / "two.css").write_text("a {}"),
        lambda files: (files / "one.css").rename(files / "two.css"),
        lambda files: (files / "one.css").unlink(),
    ],
    ids=["changed", "added", "renamed", "taken away"],
)
def test_they_are_collected_again_when_they_have_changed(start, files, change):
    start()
    change(files)
    assert [start(), start()] == [2, 2]


def test_what_could_not_be_collected_is_said_and_tried_again(start, collecting):
    collecting("raise SystemExit('no room on the disk')")
    with pytest.raises(StackError, match=r"could not be collected; see .*static-files\.log"):
        start()
    collecting()
    assert start() == 1
