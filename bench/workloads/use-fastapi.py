from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

class Item(BaseModel):
    name: str
    size: int = 1

app = FastAPI()

@app.post("/items")
def add(item: Item) -> Item:
    return item

client = TestClient(app)
print(client.post("/items", json={"name": "a"}).json(), client.post("/items", json={}).status_code, client.get("/docs").status_code)
print(sorted(client.get("/openapi.json").json()["components"]["schemas"]))
