import sys

sys.path.insert(0, "src")

from web import app


def test_square():
    assert app.test_client().get("/square/4").json["square"] == 16
