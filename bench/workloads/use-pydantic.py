from pydantic import BaseModel, TypeAdapter, ValidationError

class Model(BaseModel):
    values: list[int]

print(Model.model_validate_json('{"values": ["1", 2]}'), Model.model_json_schema()["properties"])
try:
    TypeAdapter(int).validate_python("x")
except ValidationError as error:
    print(error.error_count())
