import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture(scope="module")
def client():
    with TestClient(app) as client:
        yield client


def test_health(client):
    assert client.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    "text, label",
    [
        ("this laptop is great and fast, i love it", "positive"),
        ("the router is terrible, i want a refund", "negative"),
    ],
)
def test_predict(client, text, label):
    answer = client.get("/predict", params={"text": text}).json()
    assert answer["label"] == label
    assert answer == client.post("/predict", json={"text": text}).json()


def test_stats_know_every_product(client):
    assert {row["product"] for row in client.get("/stats").json()} >= {"laptop", "phone", "router"}
