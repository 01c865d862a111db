import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ComposeProposal, proposeCompose, type ServiceNeeds } from './index.ts';

const because = 'of a reason';
const api: ServiceNeeds = {
  name: 'api',
  platform: { value: 'linux/amd64', because },
  ports: [8000],
  modelCache: { value: { path: '/models', variable: 'HF_HOME' }, because },
  healthCheck: { value: { kind: 'http', port: 8000, path: '/health', startSeconds: 120 }, because },
};
const everything: ServiceNeeds = {
  ...api,
  buildTarget: { value: 'runtime', because },
  sharedMemory: { value: '1gb', because },
  limits: { value: { memory: '4g', cpus: '2' }, because },
  gpus: { value: 'all', because },
};

/** Proposes for one service, which is taken from the text as it stands there. */
function propose(previous: string | undefined, needs: ServiceNeeds): ComposeProposal {
  const file = previous === undefined ? undefined : parse(previous, { merge: true, maxAliasCount: -1 });
  return proposeCompose({
    previous,
    services: [{ needs, effective: file?.services?.[needs.name] ?? {}, build: { dockerfile: undefined } }],
  });
}

const lines = (text: string): string[] => text.split('\n');

/** What a proposal adds, as lines; fails where one that was there is gone. */
function addedLines(before: string, after: string): string[] {
  const left = lines(after);
  let at = 0;
  for (const line of lines(before)) {
    const found = left.indexOf(line, at);
    expect([line, found >= at]).toEqual([line, true]);
    left.splice(found, 1);
    at = found;
  }
  return left;
}

test('a new file has all that the service needs', () => {
  const { content, changes } = propose(undefined, everything);
  expect(content).toBe(`services:
  api:
    build:
      context: .
      target: runtime
    platform: linux/amd64
    ports:
      - "8000:8000"
    environment:
      HF_HOME: /models
    volumes:
      - model-cache:/models
    healthcheck:
      test: ["CMD", "python3", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:8000/health', timeout=4)"]
      interval: 30s
      timeout: 5s
      start_period: 120s
      retries: 3
    shm_size: 1gb
    deploy:
      resources:
        limits:
          cpus: "2"
          memory: "4g"
        reservations:
          devices:
            - driver: nvidia
              count: all
              capabilities: [gpu]
volumes:
  model-cache:
`);
  expect(changes.map(({ id }) => id)).toEqual([
    'build-target',
    'platform',
    'ports',
    'model-cache',
    'health-check',
    'shared-memory',
    'limits',
    'gpus',
  ]);
});

test('a Dockerfile of another name, and a socket where no route is known', () => {
  const { content } = proposeCompose({
    previous: undefined,
    services: [
      {
        needs: {
          name: 'app',
          ports: [],
          healthCheck: { value: { kind: 'tcp', port: 5000, startSeconds: 60 }, because },
        },
        effective: {},
        build: { dockerfile: 'docker/gpu.Dockerfile' },
      },
    ],
  });
  expect(parse(content).services.app).toMatchObject({
    build: { context: '.', dockerfile: 'docker/gpu.Dockerfile' },
    healthcheck: {
      test: [
        'CMD',
        'python3',
        '-c',
        "import socket; socket.create_connection(('127.0.0.1', 5000), 4).close()",
      ],
    },
  });
});

const existing = `# our stack
version: "3.8"

services:
  api:   # the service
    build: { context: ., dockerfile: Dockerfile }
    ports: ["80:8000"]
    environment:
      - LOG=debug   # noisy
    volumes:
      - ./data:/data
    deploy:
      replicas: 2   # two
    # command: nothing

  db:
    image: 'postgres:16'
volumes:
  pg: {}   # data
`;

test('what is there stays to the byte, and the additions stand where they belong', () => {
  const { content } = propose(existing, { ...everything, buildTarget: undefined });
  expect(addedLines(existing, content).map((line) => line.trim().replace(/^test: .*/, 'test'))).toEqual([
    '- HF_HOME=/models',
    '- model-cache:/models',
    'resources:',
    'limits:',
    'cpus: "2"',
    'memory: "4g"',
    'reservations:',
    'devices:',
    '- driver: nvidia',
    'count: all',
    'capabilities: [ gpu ]',
    'platform: linux/amd64',
    'healthcheck:',
    'test',
    'interval: 30s',
    'timeout: 5s',
    'start_period: 120s',
    'retries: 3',
    'shm_size: 1gb',
    'model-cache:',
  ]);
  expect(parse(content)).toMatchObject({
    services: { api: { environment: ['LOG=debug', 'HF_HOME=/models'], deploy: { replicas: 2 } } },
    volumes: { pg: {}, 'model-cache': null },
  });
});

test.each([
  [
    'services:\n  api:\n    build: .\n\n  db:\n    image: x\n',
    '\n\nvolumes:\n  model-cache:\n',
    'parts stand apart',
  ],
  ['services:\n  api:\n    build: .\n', '3\nvolumes:\n  model-cache:\n', 'they do not'],
])('%j: volumes follow the manner of the file', (text, end) => {
  expect(propose(text, api).content.endsWith(end)).toBe(true);
});

test('JSON stays JSON', () => {
  const { content } = propose('{"services": {"api": {"build": ".", "volumes": []}}}', everything);
  expect(JSON.parse(content)).toEqual(parse(content));
  expect(JSON.parse(content)).toMatchObject({ volumes: { 'model-cache': null } });
});

test('no port is published where the file publishes none', () => {
  const { changes, content } = propose('services:\n  api:\n    build: .\n', { name: 'api', ports: [8000] });
  expect([changes, content]).toEqual([[], 'services:\n  api:\n    build: .\n']);
});

const forms: readonly (readonly [string, string])[] = [
  ['a new file', propose(undefined, everything).content],
  ['a file with comments', existing],
  ['a build in a word', 'services:\n  api:\n    build: .   # here\n    image: a\n'],
  ['line ends of Windows', existing.replaceAll('\n', '\r\n')],
  ['a byte-order mark', `\uFEFF${existing}`],
  ['no end of line at the end', 'services:\n  api:\n    build: .'],
  ['one line', 'services: {api: {build: ., volumes: [a:/a, ], }}'],
  ['a service that is empty', 'services:\n  api:\n  db: {image: x}\n'],
  [
    'steps of four, lists not indented',
    'services:\n    api:\n        build: .\n        ports:\n        - "1:1"\n',
  ],
  [
    'keys without value',
    'services:\n  api:\n    build: .\n    environment:\n    volumes:\n    deploy:\nvolumes:\n',
  ],
  ['an empty map and list', 'services:\n  api: {build: ., environment: {}, volumes: []}\nvolumes: {}\n'],
  ['a document with its marks', '---\nservices:\n  api:\n    build: .\n'],
  [
    'a block of text at the end',
    'services:\n  api:\n    build: .\n    command: |\n      a\n      b\n\n\n  db: {image: x}\n',
  ],
  ['JSON', '{\n  "services": {\n    "api": { "build": ".", "environment": {} }\n  }\n}\n'],
  [
    'braces over several lines',
    'services: {\n  api: {\n    build: .,  # here\n    volumes: [\n      a:/a,\n    ]\n  }\n}\n',
  ],
  ['the end of a document', 'services:\n  api:\n    build: .\n# the end\n...\n'],
  ['volumes first', 'volumes:\n  a:\n\n# those that run\nservices:\n  api: {build: .}\n'],
  ['text that is kept to the last line', 'services:\n  api:\n    build: .\n    command: |+\n      a\n\n'],
  ['quoted keys', 'services:\n  "api":\n    "build": "."\n'],
];

describe.each(forms)('%s', (_, text) => {
  const once = propose(text, everything);

  test('gets everything, and a second run adds nothing', () => {
    expect(once.leftAlone).toEqual([]);
    expect(parse(once.content).services.api).toMatchObject({
      platform: 'linux/amd64',
      shm_size: '1gb',
      build: { target: 'runtime' },
    });
    const again = propose(once.content, everything);
    expect([again.changes, again.content]).toEqual([[], once.content]);
  });

  test('keeps its line ends, its mark and its end', () => {
    const ends = (value: string): string[] => [...new Set(value.match(/\r?\n/g) ?? ['\n'])];
    expect(ends(once.content)).toEqual(ends(text));
    expect(once.content.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
  });
});

describe('what the file says already is not touched', () => {
  test.each([
    ['healthcheck: {disable: true}', 'health-check', 'it is turned off'],
    ['healthcheck: {test: curl x}', 'health-check', 'a check of its own'],
    ['platform: linux/arm64', 'platform', 'another platform'],
    ['volumes: [m:/models]', 'model-cache', 'a volume there'],
    [
      'volumes: ["~/.cache/huggingface:/root/.cache/huggingface:rw"]',
      'model-cache',
      'the cache of the machine',
    ],
    ['volumes: ["${CACHE:-./c}:/models"]', 'model-cache', 'a variable with a colon in it'],
    ['volumes: [{type: volume, source: m, target: /models}]', 'model-cache', 'the long form'],
    ['shm_size: 8gb', 'shared-memory', 'a size'],
    ['ipc: host', 'shared-memory', 'that of the machine'],
    ['tmpfs: "/dev/shm:size=1g"', 'shared-memory', 'a file system of its own'],
    ['gpus: all', 'gpus', 'the short form'],
    ['runtime: nvidia', 'gpus', 'the runtime'],
    ['devices: ["nvidia.com/gpu=all"]', 'gpus', 'CDI'],
    ['deploy: {resources: {reservations: {devices: [{capabilities: [tpu]}]}}}', 'gpus', 'another device'],
    ['deploy: {resources: {limits: {cpus: "1", memory: 1g}}}', 'limits', 'limits'],
    ['mem_limit: 1g\n    cpus: 1', 'limits', 'limits of the old form'],
  ])('%s: no %s, for there is %s', (line, id) => {
    const { changes, leftAlone } = propose(
      `services:\n  api:\n    build: {context: ., target: x}\n    ${line}\n`,
      everything,
    );
    expect([...changes, ...leftAlone].filter((one) => one.id === id)).toEqual([]);
    expect(changes.length).toBeGreaterThan(3);
  });

  test('what an override or an extended service says counts', () => {
    const { changes } = proposeCompose({
      previous: 'services:\n  api:\n    build: .\n',
      services: [{ needs: everything, effective: { healthcheck: null, platform: 'x', gpus: 'all' } }],
    });
    expect(changes.map(({ id }) => id)).toEqual(['build-target', 'model-cache', 'shared-memory', 'limits']);
  });
});

describe('aliases and merge keys', () => {
  const env = 'x-env: &env\n  LOG: info\nservices:\n';

  test('an alias of variables becomes a map that merges it, and its other users stay', () => {
    const text = `${env}  api:\n    build: .\n    environment: *env   # shared\n  b:\n    environment: *env\n`;
    const { content, leftAlone } = propose(text, api);
    expect(leftAlone).toEqual([]);
    expect(content).toContain('    environment:\n      <<: *env   # shared\n      HF_HOME: /models\n');
    expect(parse(content, { merge: true }).services).toMatchObject({
      api: { environment: { LOG: 'info', HF_HOME: '/models' } },
      b: { environment: { LOG: 'info' } },
    });
  });

  test.each([
    [
      `${env}  api:\n    environment: &mine {A: 1}\n  b:\n    environment: *mine\n`,
      'model-cache',
      'environment has the anchor &mine (line 5), and other parts of the file would change with it',
    ],
    [
      'x-b: &b\n  environment: {A: 1}\nservices:\n  api:\n    <<: *b\n',
      'model-cache',
      'environment comes from the merge key in line 5, and one here would replace it whole',
    ],
    [
      'x-d: &d\n  replicas: 1\nservices:\n  api:\n    deploy: *d\n',
      'gpus',
      'services.api.deploy is an alias (line 5) of what other parts of the file share',
    ],
    [
      'x-v: &v [a:/a]\nservices:\n  api:\n    volumes: *v\n',
      'model-cache',
      'services.api.volumes is an alias (line 4) of what other parts of the file share',
    ],
    [
      'services:\n  api: &api\n    build: .\n  b:\n    <<: *api\n',
      'platform',
      'api has the anchor &api (line 3), and other parts of the file would change with it',
    ],
    ['services:\n  api:\n    deploy: null\n', 'gpus', 'an explicit null says that there is to be nothing'],
    ['services:\n  api:\n    environment: [HF_HOME]\n', 'model-cache', 'HF_HOME is there already'],
  ])('%j: %s is left alone', (text, id, reason) => {
    const { leftAlone, content } = propose(text, everything);
    expect(leftAlone.find((one) => one.id === id)?.because).toBe(reason);
    expect(parse(content, { merge: true }).services.b).toEqual(parse(text, { merge: true }).services.b);
  });
});

test('a hundred services that share their settings are no attack', () => {
  const names = Array.from({ length: 150 }, (_, i) => `s${i}`);
  const services = names.map((name) => `  ${name}:\n    <<: *b\n    build: ${name}\n`).join('');
  const text = `x-a: &a\n  LOG: info\nx-b: &b\n  environment: *a\nservices:\n${services}`;
  const { changes } = propose(text, { name: 's149', ports: [], platform: { value: 'linux/amd64', because } });
  expect(changes.map(({ id }) => id)).toEqual(['platform']);
});

test('a need that is better not met is told with its reason', () => {
  const { leftAlone } = propose('services:\n  api:\n    build: .\n', {
    name: 'api',
    ports: [],
    gpus: { leftAlone: 'only a hint' },
  });
  expect(leftAlone).toEqual([
    { id: 'gpus', title: 'Reserve the GPU', service: 'api', because: 'only a hint' },
  ]);
});

test.each([
  ['[linux/arm64]', 'build.platforms says linux/arm64, and linux/amd64 is none of them'],
  ['[linux/amd64, linux/arm64]', 'the image is built for several platforms'],
])('an image that is built for %s gets no platform', (platforms, reason) => {
  const text = `services:\n  api:\n    build: {context: ., platforms: ${platforms}}\n`;
  expect(propose(text, api).leftAlone.find(({ id }) => id === 'platform')?.because).toBe(reason);
});

test('services share one volume for models, also one that is there', () => {
  const previous = 'services:\n  api: {build: .}\n  b: {build: .}\nvolumes:\n  hf-cache:\n';
  const { content } = proposeCompose({
    previous,
    services: ['api', 'b'].map((name) => ({ needs: { ...api, name }, effective: {} })),
  });
  expect(parse(content)).toMatchObject({
    services: { api: { volumes: ['hf-cache:/models'] }, b: { volumes: ['hf-cache:/models'] } },
    volumes: { 'hf-cache': null },
  });
});

test.each([['extends: api'], ['extends:\n      service: api']])(
  '`%s` brings the platform along, so it is named once',
  (extending) => {
    const previous = `services:\n  api:\n    build: .\n  worker:\n    ${extending}\n    command: work\n`;
    const needs = (name: string): ServiceNeeds => ({
      name,
      platform: { value: 'linux/amd64', because },
      ports: [],
    });
    const { content } = proposeCompose({
      previous,
      services: ['api', 'worker'].map((name) => ({ needs: needs(name), effective: { build: '.' } })),
    });
    expect(addedLines(previous, content)).toEqual(['    platform: linux/amd64']);
    expect(content.indexOf('platform')).toBeLessThan(content.indexOf('worker'));
  },
);
