from units.web import app


def test_a_mile_in_metres():
    assert app.test_client().get("/convert").json == {"value": 1609.344, "unit": "m"}
