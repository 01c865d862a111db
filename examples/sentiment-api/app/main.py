from contextlib import asynccontextmanager

import torch
import transformers
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from app.classifier import classifier
from app.stats import by_product


class Review(BaseModel):
    text: str = Field(min_length=1, max_length=2000)


@asynccontextmanager
async def lifespan(app: FastAPI):
    torch.set_num_threads(1)
    classifier().judge(["warm up"])
    yield


app = FastAPI(title="sentiment-api", lifespan=lifespan)


@app.get("/health")
def health():
    return {"status": "ok", "model": classifier().card["encoder"], "transformers": transformers.__version__}


@app.get("/predict")
def predict(text: str = Query(min_length=1, max_length=2000)):
    return classifier().judge([text])[0]


@app.post("/predict")
def predict_posted(review: Review):
    return classifier().judge([review.text])[0]


@app.get("/stats")
def stats():
    return by_product()
