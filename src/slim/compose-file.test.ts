import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ComposeFacts, composeFile } from './index.ts';

const facts: ComposeFacts = {
  serviceName: 'api',
  platform: 'linux/amd64',
  ports: [8000],
  healthPath: '/health',
  modelLibraries: ['transformers'],
  buildTarget: undefined,
  dockerfile: undefined,
};

test('a new file has platform, port, model cache and health check', () => {
  expect(parse(composeFile(undefined, facts))).toEqual({
    services: {
      api: {
        build: '.',
        platform: 'linux/amd64',
        ports: ['8000:8000'],
        environment: { HF_HOME: '/models' },
        volumes: ['model-cache:/models'],
        healthcheck: {
          test: [
            'CMD',
            'python',
            '-c',
            "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)",
          ],
          interval: '30s',
          timeout: '5s',
          start_period: '120s',
          retries: 3,
        },
      },
    },
    volumes: { 'model-cache': null },
  });
});

const existing = `# our stack
services:
  api:   # the service
    build: { context: ., target: prod }
    ports: ["80:8000"]
    environment:
      - LOG=debug   # noisy
    volumes:
      - ./data:/data
  db:
    image: postgres:16
volumes:
  pg: {}
`;

test('what is there stays, with its comments; only what is missing is added', () => {
  const patched = composeFile(existing, facts);
  expect(patched).toContain('# our stack');
  expect(patched).toContain('# noisy');
  expect(parse(patched)).toMatchObject({
    services: {
      api: {
        ports: ['80:8000'],
        platform: 'linux/amd64',
        environment: ['LOG=debug', 'HF_HOME=/models'],
        volumes: ['./data:/data', 'model-cache:/models'],
      },
      db: { image: 'postgres:16' },
    },
    volumes: { pg: {}, 'model-cache': null },
  });
});

test('nobody’s spelling changes', () => {
  const text = `services:
  api:
    command: [uvicorn, app:app]
    depends_on:
    - db
    environment:
    - LOG=debug
`;
  const patched = composeFile(text, facts);
  expect(patched.startsWith(text.slice(0, text.indexOf('    environment')))).toBe(true);
  expect(patched).toContain('    ports:\n    - "8000:8000"\n');
});

test.each([
  ['a new file', undefined],
  ['an existing file', existing],
])('patching twice changes nothing: %s', (_reason, text) => {
  const once = composeFile(text, facts);
  expect(composeFile(once, facts)).toBe(once);
});

test('a service of another name is not touched', () => {
  expect(composeFile(existing, { ...facts, serviceName: 'web' })).toBe(existing);
});
