import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { docker, plimsoll, scratch } from './run-cli.ts';
import {
  declaredBy,
  explain,
  filesWith,
  inContainer,
  leanCopy,
  projectFrom,
  slimProject,
} from './slim-project.ts';

const token = 'tok-7f3a90c1d2';

describe.skipIf(inject('lab') === undefined)(`projects with surroundings ${inject('noLabBecause')}`, () => {
  test('private-index: the token reaches the build as a secret, and stays in no layer, history or report', async () => {
    const index = await privateIndex(token);
    const slimmed = await slimProject('private-index', {
      options: [
        ...['--with', 'secret-mounts', '--secret', 'id=INDEX_TOKEN,env=INDEX_TOKEN'],
        ...['--build-arg', `INDEX_HOST=${index.host}`, '--build-arg', `INDEX_TOKEN=${token}`],
      ],
      env: { INDEX_TOKEN: token },
    });
    const history = (image: string): Promise<string> =>
      docker('image', 'history', '--no-trunc', '--format', '{{.CreatedBy}}', image);
    expect(index.refused(), 'requests without the token').toBe(0);
    expect(await history(slimmed.fat), 'the fat image tells it').toContain(token);
    expect(await history(slimmed.lean)).not.toContain(token);
    expect(await savedWith(slimmed.lean, token)).toEqual([]);
    expect(filesWith(join(slimmed.folder, '.plimsoll'), token)).toEqual([]);
    expect(slimmed.dockerfile).toMatch(/--mount=type=secret,id=INDEX_TOKEN/);
    expect(slimmed.dockerfile).not.toMatch(/^ARG INDEX_TOKEN/m);
    expect(await explain(leanCopy(slimmed.folder), slimmed.settings)).toMatch(/^Nothing to change/);
  });

  test('cuda-service on a stand-in for nvidia/cuda: runs on the runtime image, which has CUDA’s library and no compiler', async () => {
    for (const kind of ['devel', 'runtime'])
      await standIn(`nvidia/cuda:12.4.1-${kind}-ubuntu22.04`, 'cuda.Dockerfile', kind);
    const slimmed = await slimProject('cuda-service', {
      options: ['--probe', '/cuda', '--health', '/health'],
    });
    expect(slimmed.report.verification.requests.map(({ probe }) => probe)).toContain('GET /cuda');
    expect(slimmed.dockerfile).toMatch(/^FROM nvidia\/cuda:12\.4\.1-runtime-ubuntu22\.04$/m);
    expect(await inContainer(slimmed.lean, 'command -v nvcc gcc git; ls /usr/local/cuda/lib64')).toBe(
      'libcudart.so.12\nlibcudart.so.12.4.127',
    );
    expect(await declaredBy(slimmed.lean)).toEqual(await declaredBy(slimmed.fat));
    expect(await inContainer(slimmed.lean, 'echo "$NVIDIA_VISIBLE_DEVICES"')).toBe('all');
    expect(await explain(leanCopy(slimmed.folder), slimmed.settings)).toMatch(/^Nothing to change/);
  });

  test.each([
    [
      'pipenv-service',
      '/opt/venv',
      'pipenv install --system --deploy',
      'goes among the packages of the system, and coverage with it',
    ],
    [
      'pipenv-run',
      '/srv/.venv',
      'pipenv sync',
      'makes .venv, where the source is copied, and starts the container',
    ],
  ])(
    '%s: Debian’s Pipenv, whose Pipfile names its index by a build argument, %s → %s: %s',
    async (name, prefix, command, _trap) => {
      // biome-ignore format: a table
      const slimmed = await slimProject(name, {
      options: [
        ...['--build-arg', `PACKAGES_HOST=${new URL(inject('lab')?.indexUrl ?? '').host}`],
        ...['--probe', '/tides/fundy', '--health', '/health', '--port', '9000'],
      ],
    });
      expect(slimmed.report.verification.requests.map(({ probe }) => probe)).toContain('GET /tides/fundy');
      expect(slimmed.dockerfile).toMatch(new RegExp(`^ARG PACKAGES_HOST=[\\s\\S]*${command}$`, 'm'));
      expect(slimmed.dockerfile).not.toMatch(/^FROM python:3\.11-slim[\s\S]*pipenv/m);
      expect(
        await inContainer(
          slimmed.lean,
          `command -v pipenv gcc git; python -c "import sys; print(sys.prefix)"; ls -d ${prefix}/lib/python3.11/site-packages/coverage* || echo none`,
        ),
      ).toBe(`${prefix}\nnone`);
      expect(await declaredBy(slimmed.lean)).toEqual(await declaredBy(slimmed.fat));
      expect(await explain(leanCopy(slimmed.folder), slimmed.settings)).toMatch(/^Nothing to change/);
    },
  );

  test('conda-activated on a stand-in for Miniconda: the environment finds the data that only its activation script names', async () => {
    await standIn('debian:bookworm-slim', 'conda.Dockerfile', 'system');
    await standIn('continuumio/miniconda3:24.5.0-0', 'conda.Dockerfile', 'miniconda');
    const slimmed = await slimProject('conda-activated', {
      options: ['--probe', '/words/haus', '--probe', '/place', '--health', '/health'],
    });
    const probes = slimmed.report.verification.requests.map(({ probe }) => probe);
    expect(probes).toEqual(expect.arrayContaining(['GET /words/haus', 'GET /place']));
    const { fat, lean } = slimmed.report.comparison.total;
    expect(lean.contentBytes / fat.contentBytes).toBeLessThan(0.65);
    expect(slimmed.dockerfile).toMatch(
      /^FROM debian:bookworm-slim\n[\s\S]*^CMD \["\/usr\/local\/bin\/run-activated"/m,
    );
    expect(
      await inContainer(slimmed.lean, 'for it in conda gcc make; do command -v $it; done; ls -A /opt/conda'),
    ).toBe('envs');
    expect(
      await inContainer(
        slimmed.lean,
        'run-activated python -c "import os; print(os.environ[\'LEXICON_DATA\'])"',
      ),
    ).toBe('/opt/conda/envs/words/share/lexicon');
    expect(await declaredBy(slimmed.lean)).toEqual(await declaredBy(slimmed.fat));
    expect(await explain(leanCopy(slimmed.folder), slimmed.settings)).toMatch(/^Nothing to change/);
  });
});

describe('projects that are planned only: their tools and bases cannot be had offline', () => {
  test.each([
    ['uv-service', 'uv itself'],
    ['conda-service', 'Miniconda and its channels'],
  ])('%s (not built, without %s) gets the lean Dockerfile of its kind', async (name) => {
    const folder = projectFrom(name);
    const { code, stderr } = await plimsoll(['slim', folder, '--no-build', '--json']);
    expect(code, stderr).toBe(0);
    const dockerfile = readFileSync(join(folder, '.plimsoll/lean/Dockerfile'), 'utf8');
    await expect(dockerfile).toMatchFileSnapshot(join('expected', `${name}.Dockerfile`));
    expect(await explain(leanCopy(folder), {})).toMatch(/^Nothing to change/);
  });
});

/** The lab's index behind a password, as a company has it: `http://ci:TOKEN@HOST/simple/`. */
async function privateIndex(
  password: string,
): Promise<{ readonly host: string; readonly refused: () => number }> {
  const lab = inject('lab');
  const wanted = `Basic ${Buffer.from(`ci:${password}`).toString('base64')}`;
  let refused = 0;
  const server: Server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      // pip asks without the credentials of the address only when it has none.
      refused += 1;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="packages"' }).end();
      return;
    }
    void fetch(new URL(request.url ?? '/', lab?.hostIndexUrl)).then(async (answer) => {
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/html',
      });
      if (answer.body === null) response.end();
      else await pipeline(answer.body, response);
    });
  });
  const address = new URL(lab?.indexUrl ?? 'http://127.0.0.1/').hostname;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // A server that listens on TCP has one.
  return { host: `${address}:${port}`, refused: () => refused };
}

/** Names of the files in a saved image, unpacked layers among them, that hold a text. */
async function savedWith(image: string, text: string): Promise<string[]> {
  const folder = scratch();
  await docker('image', 'save', '--output', join(folder, 'image.tar'), image);
  return filesWith(folder, text);
}

/** Builds the stand-in of a base for one test, unless the engine holds an image of that name. */
async function standIn(name: string, file: string, target: string): Promise<void> {
  if ((await docker('image', 'ls', '--quiet', name)) !== '') return;
  const folder = join(import.meta.dirname, 'stand-ins');
  await docker(
    ...['build', '--quiet', '--target', target, '--tag', name, '--file', join(folder, file)],
    folder,
  );
  // The build cache keeps it; nobody else is to find a base that is none.
  onTestFinished(async () => void (await docker('image', 'rm', name)));
}
