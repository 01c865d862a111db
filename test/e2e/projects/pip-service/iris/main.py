from fastapi import FastAPI
from pydantic import BaseModel

from iris.model import species

app = FastAPI(title="iris")


class Flower(BaseModel):
    sepal_length: float = 5.1
    sepal_width: float = 3.5
    petal_length: float = 1.4
    petal_width: float = 0.2


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/species")
def of_flower(flower: Flower):
    return species(list(flower.model_dump().values()))
