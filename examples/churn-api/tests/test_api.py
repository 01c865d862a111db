from fastapi.testclient import TestClient

from app.main import app


def test_health():
    with TestClient(app) as client:
        assert client.get("/health").json()["status"] == "ok"


def test_a_new_customer_with_many_calls_is_likelier_to_leave():
    with TestClient(app) as client:
        new = client.get("/predict", params={"tenure": 1, "support_calls": 6}).json()
        loyal = client.get("/predict", params={"tenure": 60, "contract": "two-year"}).json()
    assert new["churn_probability"] > loyal["churn_probability"]


def test_get_and_post_agree():
    customer = {"tenure": 5, "monthly_charges": 80.0, "support_calls": 2}
    with TestClient(app) as client:
        assert client.get("/predict", params=customer).json() == client.post("/predict", json=customer).json()


def test_bad_input_is_refused():
    with TestClient(app) as client:
        assert client.post("/predict", json={"tenure": -1, "monthly_charges": 10}).status_code == 422
