import coverage


def test_coverage():
    assert coverage.__version__
