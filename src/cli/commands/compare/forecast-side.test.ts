import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, writeDockerArchive } from '../../../image/index.ts';

const main = inject('program');
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  config: { Env: ['PYTHON_VERSION=3.12.4'] },
  rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
});
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(config),
    size: config.length,
  },
  layers: [
    {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: `sha256:${'2'.repeat(64)}`,
      size: 37_000_000,
    },
  ],
});
/** Holds the manifest and configuration of one image, and no layer: whoever asks for one gets nothing. */
const registry = createServer((request, response) => {
  const found = request.url?.includes('/manifests/')
    ? manifest
    : request.url?.endsWith(digestOf(config))
      ? config
      : '{}';
  const isKnown = request.url?.startsWith('/v2/base/') === true || request.url === '/v2/';
  response
    .writeHead(isKnown ? 200 : 404, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': digestOf(found),
    })
    .end(request.method === 'HEAD' ? undefined : found);
});
let folder = '';
let host = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-forecast-side-'));
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  const address = registry.address();
  host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const image = await buildImage({ layers: [[{ path: 'app/main.py', content: 'print(1)\n' }]], name: 'one' });
  await writeDockerArchive(image, join(folder, 'one.tar'));
});
afterAll(async () => {
  registry.close();
  await rm(folder, { recursive: true, force: true });
});

async function project(name: string, dockerfile: string): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'Dockerfile'), dockerfile.replaceAll('HOST', host));
  await writeFile(join(directory, 'data.bin'), Buffer.alloc(1000));
  return directory;
}

function compare(...words: readonly string[]): Promise<RunResult> {
  return runProcess(process.execPath, [main, 'compare', '--quiet', ...words], {
    env: {
      NO_COLOR: '1',
      PLIMSOLL_CACHE_DIR: join(folder, 'cache'),
      DOCKER_HOST: `unix://${folder}/nobody.sock`,
      CONTAINER_HOST: `unix://${folder}/nobody.sock`,
      PATH: folder,
    },
  });
}

const amount = z.object({ contentBytes: z.number(), uncertaintyBytes: z.number() });
const comparisonSchema = z.object({
  schema: z.literal('plimsoll.compare/1'),
  isForecast: z.literal(true),
  fat: z.object({ name: z.string(), layers: z.array(z.object({ instruction: z.string() })) }),
  total: z.object({ fat: amount, lean: amount }),
  packages: z.array(z.unknown()),
  diff: z.undefined().optional(),
  assumptions: z.array(z.string()),
});

describe('a project in place of an image', () => {
  test('is forecast by its base’s manifest and its files, and no files are compared', async () => {
    const directory = await project('app', 'FROM HOST/base:1\nCOPY . /app\nRUN ./train.sh\n');
    const image = `docker-archive:${join(folder, 'one.tar')}`;
    const { code, stdout, stderr } = await compare(directory, image, '--json');
    expect(code, stderr).toBe(0);
    const comparison = comparisonSchema.parse(JSON.parse(stdout));
    expect(comparison.fat.layers.map(({ instruction }) => instruction)).toEqual([
      `${host}/base:1`,
      'files of the build context',
    ]);
    expect(comparison.fat.name).toBe('app (forecast)');
    // 37 MB compressed are about 100 MB.
    expect(comparison.total.fat.contentBytes / 1e6).toBeCloseTo(100, 1);
    expect(comparison.total.fat.uncertaintyBytes).toBeGreaterThan(10e6);
    expect(comparison.total.lean).toEqual({ contentBytes: 9, uncertaintyBytes: 0 });
    expect(comparison.packages).toEqual([]);
    expect(comparison.assumptions).toContainEqual(
      expect.stringMatching(/^app \(forecast\): nothing was built\. .* of files and settings nothing/),
    );
    expect(comparison.assumptions).toContainEqual(
      'app (forecast): what `./train.sh` writes is not part of the forecast (line 3 of the Dockerfile).',
    );
    const table = await compare(image, directory);
    expect(table.stdout).toMatch(
      /one.* → app \(forecast\)[\s\S]*≈ 100 MB ± [\s\S]*files of the build context/,
    );
    expect(table.stdout).not.toMatch(/^Files/m);
    expect((await compare(image, directory, '--format', 'markdown')).stdout).toMatch(
      /^## .*app \(forecast\)/,
    );
  });

  test.each([
    [
      'what is of files',
      'FROM HOST/base:1\n',
      ['--exit-code', '--semantic'],
      /--exit-code, --semantic: a forecast knows no files/,
    ],
    [
      'a base that nobody knows',
      'FROM HOST/other:1\n',
      [],
      /cannot be told: no size is known of .*\/other:1/,
    ],
    [
      'what only a build tells',
      'FROM HOST/base:1\nRUN conda install numpy\n',
      [],
      /`conda install` installs is known to the build only/,
    ],
  ])('refuses %s', async (name, dockerfile, options, message) => {
    const directory = await project(name.replaceAll(' ', '-'), dockerfile);
    const { code, stdout, stderr } = await compare(directory, directory, ...options);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^hint: /m);
  });
});
