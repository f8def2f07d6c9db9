"""What the run in two processes rests on."""

from pathlib import Path
from types import SimpleNamespace

from tests.apart import COMPILING, LONG, WORKER, _place, _turn


def test_a_file_stays_on_one_process(request):
    """Tests of one file share what it takes long to make, and some build on each other."""
    name = request.node.nodeid

    assert name.endswith("@tests/shape/test_apart.py left alone") if WORKER else "@" not in name


def test_what_is_put_first_or_together_is_there(request):
    """A file that has got another name would fall out of its group, and nothing else would say so."""
    assert [part for part in LONG if not (request.config.rootpath / part).exists()] == []
    assert set(COMPILING) <= set(LONG)


def test_what_compiles_the_rulebook_is_one_group_and_what_is_long_comes_first(request):
    """Asked of the functions themselves: xdist would deal the files wherever there was room."""
    here, alone = (
        request.config.rootpath,
        SimpleNamespace(config=request.config, get_closest_marker=lambda _: None),
    )
    items = [
        SimpleNamespace(**vars(alone), path=here / part)
        for part in (*COMPILING, Path("tests/lib/test_money.py"))
    ]

    *compiling, other = [_place(item) for item in items]

    assert len(set(compiling)) == 1 and other not in compiling
    assert max(_turn(item) for item in items[:-1]) < _turn(items[-1])
