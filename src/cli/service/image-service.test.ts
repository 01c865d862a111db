import { expect, test } from 'vitest';
import { indexImage } from '../../filetree/index.ts';
import { buildImage, type ImageParts } from '../../image/index.ts';
import { dependencyCapture } from '../dependency-capture.ts';
import { imageService } from './image-service.ts';

const application = `
from fastapi import FastAPI
app = FastAPI()
@app.get("/ready")
def ready(): return {}
@app.get("/items/{item}")
def item(item: int, limit: int = 3): return {}
`;

async function serviceIn(
  files: Readonly<Record<string, string>>,
  config: ImageParts['config'] = {},
): Promise<Awaited<ReturnType<typeof imageService>>> {
  const members = Object.entries(files).map(([path, content]) => ({ path, content }));
  const image = await buildImage({ layers: [members], config });
  const { root } = await indexImage(image, { capture: dependencyCapture, forgetsEntries: true });
  return await imageService({ root, config: image.config });
}

const start = { workingDir: '/srv', cmd: ['uvicorn', 'api:app'] };

test('asks what the sources in the image answer', async () => {
  expect(await serviceIn({ 'srv/api.py': application }, start)).toEqual({
    healthPath: '/ready',
    probes: [
      { method: 'GET', path: '/items/1' },
      { method: 'GET', path: '/openapi.json' },
    ],
  });
});

test('knocks where the health check of the image does', async () => {
  const healthcheck = { test: ['CMD-SHELL', 'curl -f http://localhost:8000/openapi.json'] };
  const found = await serviceIn({ 'srv/api.py': application }, { ...start, healthcheck });
  expect(found.healthPath).toBe('/openapi.json');
  // What is asked for health is not asked twice.
  expect(found.probes.map(({ path }) => path)).toEqual(['/ready', '/items/1']);
});

test.each([
  [
    'a module that nothing starts or imports',
    { 'srv/api.py': 'print("no service")\n', 'srv/tests/test_api.py': application },
  ],
  ["a distribution's own server", { 'opt/venv/lib/python3.11/site-packages/demo/server.py': application }],
])('asks nothing of %s', async (_case, files) => {
  expect(await serviceIn(files, start)).toEqual({ healthPath: undefined, probes: [] });
});
