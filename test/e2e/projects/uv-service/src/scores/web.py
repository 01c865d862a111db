from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def health(request):
    return JSONResponse({"status": "ok"})


async def mean(request):
    values = [float(value) for value in request.query_params.get("values", "1,2,3").split(",")]
    return JSONResponse({"mean": sum(values) / len(values)})


app = Starlette(routes=[Route("/health", health), Route("/mean", mean)])
