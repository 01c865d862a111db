import { expect, test } from 'vitest';
import { findBase } from '../image/index.ts';
import { historyOf, type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { rootOf } from './fixtures/root-of.ts';
import { auditImage } from './index.ts';

const debian = '/bin/sh -c #(nop) ADD file:0123 in / ';
const python =
  'RUN /bin/sh -c set -eux; wget -O python.tar.xz "https://www.python.org/ftp/python/3.11" # buildkit';
const pythonSlim = [
  debian,
  ['/bin/sh -c #(nop)  CMD ["bash"]'],
  ['ENV PYTHON_VERSION=3.11.9'],
  python,
  'RUN /bin/sh -c set -eux; for src in idle3 pydoc3 python3; do :; done # buildkit',
  ['CMD ["python3"]'],
] as const;
const app = ['COPY . /app # buildkit', 'RUN /bin/sh -c pip install -r requirements.txt # buildkit'] as const;
const buildah = (comment: string, createdBy: string) => ({ createdBy, comment, isEmptyLayer: false });

const cases: readonly [RequestOptions, layers: number, expected: object | undefined, reason: string][] = [
  [
    { config: { history: historyOf(...pythonSlim, ...app, ['CMD ["uvicorn"]']) } },
    5,
    { layerCount: 3, evidence: 'history' },
    'up to the base’s CMD; the application’s own is the end',
  ],
  [
    { config: { history: historyOf(debian, ['CMD ["bash"]'], 'RUN apt-get install x', 'COPY . /app') } },
    3,
    { layerCount: 1, evidence: 'history' },
    'on Debian',
  ],
  [
    { config: { history: historyOf(debian, ['ENTRYPOINT ["/x"]'], 'RUN a', ['CMD ["y"]'], 'COPY . /app') } },
    3,
    { layerCount: 2, evidence: 'history' },
    'a base of a base',
  ],
  [
    {
      config: {
        history: historyOf(
          debian,
          ['CMD ["bash"]'],
          'RUN NV_CUDA_LIB_VERSION=12 apt-get install cuda',
          'COPY . /app',
        ),
      },
    },
    3,
    { layerCount: 2, evidence: 'history' },
    'nvidia/cuda has no CMD of its own',
  ],
  [
    { config: { history: historyOf(...pythonSlim), labels: {} } },
    3,
    { layerCount: 3, evidence: 'history' },
    'nothing but a base',
  ],
  [
    {
      config: {
        history: historyOf(...pythonSlim, ...app),
        labels: { 'org.opencontainers.image.base.name': 'docker.io/library/python:3.11-slim' },
      },
    },
    5,
    { layerCount: 3, evidence: 'label', name: 'docker.io/library/python:3.11-slim' },
    'the label names it',
  ],
  [
    {
      config: {
        history: [
          buildah('', 'ADD x'),
          buildah('FROM docker.io/library/rocky:9', 'RUN a'),
          buildah('FROM 0123456789ab', 'RUN b'),
        ],
      },
    },
    3,
    { layerCount: 1, evidence: 'history', name: 'docker.io/library/rocky:9' },
    'Buildah notes it',
  ],
  [
    { baseDiffIds: ['sha256:0000', 'sha256:0001'] },
    3,
    { layerCount: 2, evidence: 'digest' },
    'its layers are known',
  ],
  [{ baseDiffIds: ['sha256:0000', 'sha256:0002'] }, 3, undefined, 'the layers of another image'],
  [{ baseLayerCount: 1 }, 3, { layerCount: 1, evidence: 'given' }, 'the caller knows'],
  [{ config: { history: historyOf('COPY app /') } }, 1, undefined, 'FROM scratch'],
  [{ config: { history: historyOf(debian) } }, 2, undefined, 'history and layers differ in number'],
];

test.each(cases)('%j on %d layers → %j (%s)', (options, layers, expected) => {
  const root = rootOf(...Array.from({ length: layers }, (_, i) => ({ [`f${i}`]: 10 ** i })));
  const request = requestOf(root, options);
  expect(findBase(request)).toEqual(expected);
  const audit = auditImage(request);
  expect(audit.base).toEqual(expected);
  if (audit.base === undefined) {
    expect([audit.baseBytes, audit.layers[0]?.isBase]).toEqual([undefined, undefined]);
    return;
  }
  expect((audit.baseBytes ?? 0) + (audit.userBytes ?? 0)).toBe(audit.image.contentBytes);
  expect(audit.layers.filter(({ isBase }) => isBase).length).toBe(audit.base.layerCount);
});
