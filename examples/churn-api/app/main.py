from contextlib import asynccontextmanager
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from app import model


class Customer(BaseModel):
    tenure: int = Field(ge=0, le=600, description="months")
    monthly_charges: float = Field(ge=0, le=1000)
    support_calls: int = Field(default=0, ge=0)
    late_payments: int = Field(default=0, ge=0)
    contract: Literal["month-to-month", "one-year", "two-year"] = "month-to-month"
    internet: Literal["dsl", "fiber", "none"] = "fiber"
    payment: Literal["card", "transfer", "check"] = "card"


@asynccontextmanager
async def lifespan(app: FastAPI):
    model.pipeline()
    yield


app = FastAPI(title="churn-api", lifespan=lifespan)


@app.get("/health")
def health():
    card = model.card()
    return {"status": "ok", "model": card["model"], "rows": card["rows"]}


@app.get("/predict")
def predict_one(
    tenure: int = 12,
    monthly_charges: float = 70.0,
    support_calls: int = 0,
    late_payments: int = 0,
    contract: Literal["month-to-month", "one-year", "two-year"] = "month-to-month",
    internet: Literal["dsl", "fiber", "none"] = "fiber",
    payment: Literal["card", "transfer", "check"] = "card",
):
    customer = Customer(
        tenure=tenure,
        monthly_charges=monthly_charges,
        support_calls=support_calls,
        late_payments=late_payments,
        contract=contract,
        internet=internet,
        payment=payment,
    )
    return model.predict([customer.model_dump()])[0]


@app.post("/predict")
def predict_posted(customer: Customer):
    return model.predict([customer.model_dump()])[0]


@app.post("/predict/batch")
def predict_batch(customers: list[Customer]):
    return model.predict([customer.model_dump() for customer in customers])
