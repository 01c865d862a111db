from iris.model import species


def test_a_small_flower_is_a_setosa():
    assert species([5.1, 3.5, 1.4, 0.2])["setosa"] > 0.9
