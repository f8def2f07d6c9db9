"""What the run in two processes rests on."""

from tests.apart import WORKER


def test_a_file_stays_on_one_process(request):
    """Tests of one file share what it takes long to make, and some build on each other."""
    name = request.node.nodeid

    assert name.endswith("@tests/shape/test_apart.py left alone") if WORKER else "@" not in name
