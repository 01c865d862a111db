import { describe, expect, test } from 'vitest';
import { findWebRoutes, type PythonFile, probeRequests, serveCommand } from './index.ts';

const fastapi: readonly PythonFile[] = [
  {
    path: 'app/main.py',
    text: `
from fastapi import FastAPI, Query, UploadFile
from app.routers import items, predict as p
from .routers.admin import router as admin_router
app = FastAPI(title="x")
app.include_router(items.router, prefix="/api")
app.include_router(p.router)
app.include_router(admin_router, prefix="/api")

@app.get("/health")
async def health(): ...

@app.get("/search")
def search(q: str, limit: int = Query(10, ge=1), tag: str | None = None): ...

@app.delete("/all")
def wipe(): ...

@app.post("/upload/predict")
def upload(file: UploadFile): ...

@app.get("/cache/clear")
def clear(): ...
`,
  },
  {
    path: 'app/routers/items.py',
    text: `
router = APIRouter(prefix="/items")
@router.get("/{item_id}")
def read(item_id: int, request: Request, db: Session = Depends(get_db)): ...
@router.post("")
def create(item: Item): ...
`,
  },
  {
    path: 'app/routers/predict.py',
    text: `
from ..schemas import Features, Batch
router = APIRouter(tags=["predict"])
@router.post("/predict")
def predict(features: Features): ...
@router.post("/predict/batch")
def batch(body: Batch): ...
@router.post("/embed")
def embed(texts: list[str], model: Annotated[str, Query()] = "small"): ...
@router.post("/score")
def score(a: Features, b: Features): ...
@router.post("/classify")
def classify(text: str = Body(..., embed=True, min_length=3)): ...
`,
  },
  {
    path: 'app/routers/admin.py',
    text: 'router = APIRouter(prefix="/admin")\n@router.api_route("/stats", methods=["GET", "POST"])\ndef stats(): ...\n',
  },
  {
    path: 'app/schemas.py',
    text: `
class Plan(str, Enum):
    BASIC = "basic"
class Base(BaseModel):
    age: int = Field(..., ge=18, le=90)
class Features(Base):
    plan: Plan
    income: float = Field(gt=0, lt=1)
    city: Optional[str] = None
    vector: conlist(float, min_length=3)
    note: str = Field("none", examples=["hello"])
    kind: Literal["a", "b"]
class Batch(BaseModel):
    rows: List[Features] = Field(..., min_length=2)
    model_config = ConfigDict(json_schema_extra={"example": {"rows": [1]}})
`,
  },
];

describe('FastAPI', () => {
  test('paths carry the prefixes of routers and of their includes', async () => {
    const { routes } = await findWebRoutes(fastapi);
    expect(routes.map((route) => `${route.methods.join('+')} ${route.path}`).sort()).toEqual([
      'DELETE /all',
      'GET /api/items/{item_id}',
      'GET /cache/clear',
      'GET /health',
      'GET /search',
      'GET+POST /api/admin/stats',
      'POST /api/items',
      'POST /classify',
      'POST /embed',
      'POST /predict',
      'POST /predict/batch',
      'POST /score',
      'POST /upload/predict',
    ]);
  });

  test('probes are safe, and their values fit types, limits and examples', async () => {
    const features = { age: 18, plan: 'basic', income: 0.5, vector: [1, 1, 1], note: 'hello', kind: 'a' };
    expect(probeRequests(await findWebRoutes(fastapi))).toEqual([
      { method: 'GET', path: '/health' },
      { method: 'GET', path: '/api/admin/stats' },
      { method: 'GET', path: '/api/items/1' },
      { method: 'GET', path: '/openapi.json' },
      { method: 'GET', path: '/search', query: { q: 'A short example.' } },
      { method: 'POST', path: '/classify', jsonBody: { text: 'A short example.' } },
      { method: 'POST', path: '/embed', jsonBody: ['A short example.'] },
      { method: 'POST', path: '/predict', jsonBody: features },
      { method: 'POST', path: '/predict/batch', jsonBody: { rows: [1] } },
      { method: 'POST', path: '/score', jsonBody: { a: features, b: features } },
    ]);
  });

  test('a router through a router, a mounted app, and a model that holds itself', async () => {
    const found = await findWebRoutes([
      {
        path: 'main.py',
        text: `
app = FastAPI(openapi_url=None)
v1 = APIRouter(prefix="/v1")
inner = APIRouter()
sub = FastAPI()
v1.include_router(inner, prefix="/in")
app.include_router(v1)
app.mount("/sub", sub)
class Tree(BaseModel):
    children: list["Tree"]
@inner.post("/predict")
def a(tree: Tree): ...
@sub.get("/b")
def b(): ...
app.add_api_route("/c", b, methods=["GET"])
uvicorn.run(app, host="0.0.0.0", port=9000)
`,
      },
    ]);
    expect(found.routes.map((route) => route.path)).toEqual(['/v1/in/predict', '/sub/b', '/c']);
    expect(found.listens).toEqual([{ port: 9000, host: '0.0.0.0', file: 'main.py', line: 16 }]);
    expect(found.openapiPath).toBe('/sub/openapi.json');
    expect(probeRequests(found).find((one) => one.method === 'POST')?.jsonBody).toMatchObject({
      children: [{}],
    });
  });
});

test('Starlette route lists', async () => {
  const { routes } = await findWebRoutes([
    {
      path: 'a.py',
      text: 'app = Starlette(routes=[Route("/x/{id:int}", f), Mount("/v1", routes=[Route("/predict", endpoint=g, methods=["POST"])])])',
    },
  ]);
  expect(routes.map((route) => `${route.methods} ${route.path} ${route.framework}`)).toEqual([
    'GET /x/{id} starlette',
    'POST /v1/predict starlette',
  ]);
});

test('Flask: blueprints, converters, query and JSON keys', async () => {
  const found = await findWebRoutes([
    {
      path: 'app.py',
      text: `
from flask import Flask, request
from api import bp
app = Flask(__name__)
app.register_blueprint(bp, url_prefix="/v2")
@app.route("/items/<int:item_id>")
def item(item_id): return {}
@app.route("/search")
def search():
    q = request.args.get("q")
    n = request.args.get("n", 5, type=int)
app.run(port=5001)
`,
    },
    {
      path: 'api.py',
      text: `
bp = Blueprint("api", __name__, url_prefix="/v1")
@bp.post("/predict")
def predict():
    data = request.get_json(force=True)
    return run(data["text"], data.get("features"))
`,
    },
  ]);
  expect(probeRequests(found)).toEqual([
    { method: 'GET', path: '/items/1' },
    { method: 'GET', path: '/search', query: { q: 'A short example.' } },
    { method: 'POST', path: '/v2/predict', jsonBody: { text: 'A short example.', features: [1, 1, 1, 1] } },
  ]);
  expect(found.listens[0]?.port).toBe(5001);
});

test.each<[string, Record<string, string>, string, number | undefined, string | undefined]>([
  ['uvicorn app.main:app --host 0.0.0.0 --port 8080', {}, 'uvicorn', 8080, 'app.main:app'],
  ['uvicorn app:app --port=81', {}, 'uvicorn', 81, 'app:app'],
  ['uvicorn app:app', {}, 'uvicorn', 8000, 'app:app'],
  ['/opt/venv/bin/python -m uvicorn app:app --port 82', {}, 'uvicorn', 82, 'app:app'],
  [
    'gunicorn -b :5000 -w 2 -k uvicorn.workers.UvicornWorker api.app:app',
    {},
    'gunicorn',
    5000,
    'api.app:app',
  ],
  ['gunicorn --bind=0.0.0.0:90 app:create_app()', {}, 'gunicorn', 90, 'app:create_app()'],
  ['flask --app web run -p 5001', {}, 'flask', 5001, 'web'],
  ['flask run', { FLASK_APP: 'x.py' }, 'flask', 5000, 'x.py'],
  ['uvicorn app:app --port $PORT', { PORT: '7000' }, 'uvicorn', 7000, 'app:app'],
  ['uvicorn app:app --port ${PORT:-7001}', {}, 'uvicorn', 7001, 'app:app'],
  ['uvicorn app:app --port $PORT', {}, 'uvicorn', undefined, 'app:app'],
  ['python app/main.py', {}, 'python', undefined, 'app/main.py'],
  ['python -u -m service', {}, 'python', undefined, 'service'],
  ['streamlit run ui/app.py', {}, 'streamlit', 8501, 'ui/app.py'],
  ['streamlit run app.py --server.port=8080', {}, 'streamlit', 8080, 'app.py'],
  ['python -m streamlit run app.py', { STREAMLIT_SERVER_PORT: '80' }, 'streamlit', 80, 'app.py'],
  ['gradio app.py', {}, 'gradio', 7860, 'app.py'],
  ['gradio app.py', { GRADIO_SERVER_PORT: '7000' }, 'gradio', 7000, 'app.py'],
  ['uv run --no-sync vllm serve model --port 9000', {}, 'vllm', 9000, undefined],
  ['python manage.py runserver 0.0.0.0:8001', {}, 'django', 8001, 'manage.py'],
])('%s', (command, env, server, port, entry) => {
  expect(serveCommand(command.split(' '), env)).toMatchObject({ server, port, entry });
});

test('a shell command is looked into; other programs serve nothing', () => {
  expect(
    serveCommand(['/bin/sh', '-c', 'python migrate.py && exec uvicorn app:app --port ${PORT:-9}']),
  ).toEqual({ server: 'uvicorn', port: 9, isPortGiven: true, entry: 'app:app' });
  expect(serveCommand(['nginx', '-g', 'daemon off;'])).toBeUndefined();
});
