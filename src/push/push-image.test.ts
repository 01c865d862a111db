import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { igzipVersion, type Progress, sha256Digest, silentProgress, UserError } from '../base/index.ts';
import {
  buildImage,
  type Image,
  openImage,
  openRegistrySink,
  type PlainFile,
  writeDockerArchive,
  writeOciLayout,
} from '../image/index.ts';
import { startUploadRegistry, type UploadRegistry } from '../image/registry/fixtures/upload-registry.ts';
import { estimatePush, type LayerPacking, type PushReport, pushImage } from './index.ts';

let folder: string;
let registry: UploadRegistry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-push-'));
  registry = await startUploadRegistry();
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const noise = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919 * (at % 251)) % 253));
const lower = [
  { path: 'etc/', type: 'directory' as const },
  { path: 'etc/a', content: noise },
];
const app = (text: string) => [{ path: 'app.py', content: text }];

async function plain(text = 'print(1)', compression: 'none' | 'gzip' | 'zstd' = 'none'): Promise<Image> {
  return await buildImage({
    layers: [lower, app(text)],
    config: { env: ['A=b'], cmd: ['python'] },
    compression,
  });
}

async function push(
  image: Image,
  name = 'team/app:1',
  format: 'zstd' | 'gzip' = 'zstd',
): Promise<PushReport> {
  const sink = await openRegistrySink(`${registry.host}/${name}`, { access: { pause: async () => {} } });
  try {
    return await pushImage({
      image,
      sink,
      packing: { format },
      cacheDir: join(folder, 'cache'),
      progress: silentProgress,
    });
  } finally {
    sink.close();
  }
}

async function pulled(name = 'team/app:1'): Promise<Image> {
  return await openImage(`registry:${registry.host}/${name}`, { temporaryDir: folder });
}

const outcomes = ({ layers }: PushReport): string[] => layers.map(({ outcome }) => outcome);

describe.each(['zstd', 'gzip'] as const)('%s', (format) => {
  test('what is pulled is what was pushed', async () => {
    const image = await plain();
    const report = await push(image, 'team/app:1', format);
    const back = await pulled();
    expect(back.digest).toBe(report.digest);
    expect(back.config).toEqual(image.config);
    expect(back.layers.map(({ mediaType }) => mediaType)).toEqual(
      Array(2).fill(`application/vnd.oci.image.layer.v1.tar+${format}`),
    );
    for (const [at, layer] of back.layers.entries()) {
      expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(image.layers[at]?.diffId);
      expect(sha256Digest(await buffer(await layer.stored()))).toBe(report.layers[at]?.digest);
    }
    await back.close();
  });

  test('the same image gives the same digest, in another registry too', async () => {
    const first = await push(await plain(), 'team/app:1', format);
    await rm(join(folder, 'cache'), { recursive: true });
    await registry.close();
    registry = await startUploadRegistry();
    expect((await push(await plain(), 'team/app:1', format)).digest).toBe(first.digest);
  });
});

describe('a layer in a file', () => {
  const inFile = async (): Promise<PlainFile & { readonly image: Image }> => {
    const archive = join(folder, 'image.tar');
    await writeDockerArchive(await plain(), archive);
    const image = await openImage(`docker-archive:${archive}`, { temporaryDir: folder });
    const place = await image.layers[0]?.plainTar?.();
    if (place === undefined || !('path' in place)) throw new Error('the layer is in no file');
    return { image, ...place };
  };

  test.each(['zstd', 'gzip'] as const)('becomes the %s blob that a stream becomes', async (format) => {
    const { image } = await inFile();
    const report = await push(image, 'team/file:1', format);
    const streamed = await push(await plain(), 'team/stream:1', format);
    expect(report.layers.map(({ digest }) => digest)).toEqual(streamed.layers.map(({ digest }) => digest));
    await image.close();
  });

  test('is refused by its name where its bytes are not those of its diffID', async () => {
    const { image, path, offset } = await inFile();
    const file = await open(path, 'r+');
    await file.write(Buffer.from('!'), 0, 1, offset + 2000);
    await file.close();
    await expect(push(image)).rejects.toThrow(/^layer 1 of 2 in .* does not have its (digest|diffID)/);
    expect(registry.manifests.size).toBe(0);
    await image.close();
  });
});

async function pushPacked(packing: LayerPacking): Promise<PushReport> {
  const sink = await openRegistrySink(`${registry.host}/team/app:1`, { access: {} });
  const cacheDir = join(folder, 'cache');
  const request = { image: await plain(), sink, packing, cacheDir, progress: silentProgress };
  return await pushImage(request).finally(() => sink.close());
}

test('another level makes another blob, which is remembered apart', async () => {
  const at = async (level: number | undefined): Promise<PushReport> =>
    await pushPacked({ format: 'zstd', level });
  const usual = await at(undefined);
  expect((await at(3)).sentBytes).toBe(0);
  const hard = await at(19);
  expect(hard.layers[0]?.sizeBytes).toBeLessThan(usual.layers[0]?.sizeBytes ?? 0);
  expect((await at(19)).sentBytes).toBe(0);
});

test('what the registry was given before is good enough where nobody asked for a compressor, whatever made it', async () => {
  const any = { format: 'gzip', isAnyGood: true } as const;
  const layersOf = ({ layers }: PushReport): string[] =>
    layers.map(({ outcome, digest }) => `${outcome} ${digest}`);
  const first = await pushPacked({ ...any, level: 1 });
  // As if another compressor had come: the digests stay.
  expect(layersOf(await pushPacked({ ...any, level: 9 }))).toEqual(
    layersOf(first).map((line) => line.replace('sent', 'present')),
  );
  // Who asks for it gets it; afterwards the first one is still that of who does not.
  const asked = await pushPacked({ format: 'gzip', level: 9 });
  expect(outcomes(asked)).toEqual(['sent', 'sent']);
  expect(asked.layers[0]?.digest).not.toBe(first.layers[0]?.digest);
  expect((await pushPacked({ ...any, level: 9 })).layers[0]?.digest).toBe(first.layers[0]?.digest);
  // The other one does where the first one is gone.
  for (const { digest } of first.layers) registry.blobs.delete(`team/app@${digest}`);
  expect(layersOf(await pushPacked({ ...any, level: 9 }))).toEqual(
    layersOf(asked).map((line) => line.replace('sent', 'present')),
  );
});

test('gzip without a level is of the second', async () => {
  const plainGzip = await pushPacked({ format: 'gzip' });
  expect((await pushPacked({ format: 'gzip', level: 2 })).digest).toBe(plainGzip.digest);
});

test.skipIf((await igzipVersion()) === undefined)(
  'what igzip makes is remembered apart from what zlib makes, and from what another igzip makes',
  async () => {
    const [zlib, ours] = [
      await pushPacked({ format: 'gzip' }),
      await pushPacked({ format: 'gzip', igzip: '1' }),
    ];
    expect(ours.layers.map(({ packing }) => packing)).toEqual(['gzip', 'gzip']);
    expect(ours.layers[0]?.digest).not.toBe(zlib.layers[0]?.digest);
    const layersIn = (report: PushReport): string[] => report.layers.map(({ outcome }) => outcome);
    expect(layersIn(await pushPacked({ format: 'gzip', igzip: '1' }))).toEqual(['present', 'present']);
    expect(layersIn(await pushPacked({ format: 'gzip', igzip: '2' }))).toEqual(['sent', 'sent']);
    expect(layersIn(await pushPacked({ format: 'gzip', igzip: '1', level: 1 }))).toEqual(['sent', 'sent']);
  },
);

test('an image that is there already costs no byte of a blob', async () => {
  const first = await push(await plain());
  const [received, requests] = [registry.receivedBytes, registry.seen.length];
  const again = await push(await plain(), 'team/app:2');
  expect(again).toMatchObject({ digest: first.digest, sentBytes: 0 });
  expect(outcomes(again)).toEqual(['present', 'present']);
  expect(again.skippedBytes).toBe(first.sentBytes);
  expect(registry.receivedBytes).toBe(received);
  const later = registry.seen.slice(requests).map(({ method }) => method);
  expect(later.filter((method) => method === 'POST' || method === 'PATCH')).toEqual([]);
});

test('of a changed application its layer alone is sent', async () => {
  await push(await plain());
  const report = await push(await plain('print(2)'));
  expect(outcomes(report)).toEqual(['present', 'sent']);
  expect(report.sentBytes).toBeLessThan(2_000);
});

test('what another repository has is mounted', async () => {
  const first = await push(await plain());
  const report = await push(await plain(), 'team/other:1');
  expect(outcomes(report)).toEqual(['mounted', 'mounted']);
  expect(report.digest).toBe(first.digest);
  await (await pulled('team/other:1')).close();
});

test('a memory that is wrong is found out', async () => {
  const first = await push(await plain());
  registry.blobs.clear();
  const report = await push(await plain());
  expect(outcomes(report)).toEqual(['sent', 'sent']);
  expect(report.digest).toBe(first.digest);
});

test.each(['gzip', 'zstd'] as const)(
  'layers that are compressed with %s go as they are, with their manifest',
  async (compression) => {
    const layout = join(folder, 'layout');
    await writeOciLayout(await plain('x', compression), layout, { tag: 'v1' });
    const image = await openImage(`oci:${layout}:v1`, { temporaryDir: folder });
    const report = await push(image, 'team/app:1', 'gzip');
    expect(report.digest).toBe(image.digest);
    expect(report.layers.map(({ digest }) => digest)).toEqual(image.layers.map(({ digest }) => digest));
  },
);

test('for readers that know no zstd, layers that are stored so are packed anew, and no others', async () => {
  const forAny = { format: 'gzip', isForAny: true } as const;
  const image = await plain('x', 'zstd');
  const sink = await openRegistrySink(`${registry.host}/team/app:1`, { access: {} });
  const cacheDir = join(folder, 'cache');
  const pushed = async (one: Image): Promise<PushReport> =>
    await pushImage({ image: one, sink, packing: forAny, cacheDir, progress: silentProgress });
  const first = await pushed(image);
  expect(first.layers.map(({ packing }) => packing)).toEqual(['gzip', 'gzip']);
  const back = await pulled();
  expect(back.layers.map(({ mediaType }) => mediaType)).toEqual(
    Array(2).fill('application/vnd.oci.image.layer.v1.tar+gzip'),
  );
  for (const [at, layer] of back.layers.entries()) {
    expect(sha256Digest(await buffer(await layer.uncompressed()))).toBe(image.layers[at]?.diffId);
  }
  await back.close();
  expect(await pushed(image)).toMatchObject({ sentBytes: 0, digest: first.digest });
  const asStored = await pushed(await plain('x', 'gzip'));
  expect(asStored.layers.map(({ packing }) => packing)).toEqual(['stored', 'stored']);
  const estimate = await estimatePush({
    image: await plain('y', 'zstd'),
    sink,
    packing: forAny,
    cacheDir,
    uplinkBitsPerSecond: 1,
  });
  expect(estimate.layers.map(({ packing, outcome }) => [packing, outcome])).toEqual([
    ['gzip', 'present'],
    ['gzip', 'to send'],
  ]);
  sink.close();
});

test('annotations stay where the manifest is made anew, but for those of a blob that is no more', async () => {
  const [loose, tight] = [await plain('x'), await plain('x', 'gzip')];
  const annotated = [loose.layers[0], tight.layers[1]].flatMap((layer, at) =>
    layer === undefined ? [] : [{ ...layer, annotations: { 'org.example.toc': `of ${at}` } }],
  );
  const layout = join(folder, 'layout');
  const annotations = { 'org.opencontainers.image.revision': 'abc' };
  await writeOciLayout({ ...loose, annotations, layers: annotated }, layout, { tag: 'v1' });
  const image = await openImage(`oci:${layout}:v1`, { temporaryDir: folder });
  const report = await push(image);
  expect(report.layers.map(({ packing }) => packing)).toEqual(['zstd', 'stored']);
  const manifest = JSON.parse(registry.manifests.get('team/app:1')?.content ?? '{}');
  expect(manifest.annotations).toEqual(annotations);
  expect(manifest.layers.map((layer: { annotations?: object }) => layer.annotations)).toEqual([
    undefined,
    { 'org.example.toc': 'of 1' },
  ]);
  await image.close();
});

test('what an image says of another one it says still where its manifest is made anew', async () => {
  const layout = join(folder, 'layout');
  await writeOciLayout(await plain(), layout, { tag: 'v1' });
  const image = await openImage(`oci:${layout}:v1`, { temporaryDir: folder });
  const { config = '', manifest } = image.documents ?? {};
  const subject = { mediaType: manifest?.mediaType, digest: sha256Digest('another one'), size: 11 };
  const said = { artifactType: 'application/vnd.example.patch', subject };
  const content = JSON.stringify({ ...JSON.parse(manifest?.content ?? ''), ...said });
  const documents = { config, manifest: { mediaType: manifest?.mediaType ?? '', content } };
  const report = await push({ ...image, documents });
  expect(report.layers[0]?.packing).toBe('zstd');
  expect(JSON.parse(registry.manifests.get('team/app:1')?.content ?? '{}')).toMatchObject(said);
  const list = registry.manifests.get(`team/app:${subject.digest.replace(':', '-')}`);
  expect(JSON.parse(list?.content ?? '{}').manifests).toEqual([
    expect.objectContaining({ digest: report.digest, artifactType: said.artifactType }),
  ]);
  await image.close();
});

test('a configuration goes as it is stored, so that the image keeps its ID', async () => {
  const archive = join(folder, 'image.tar');
  await writeDockerArchive(await plain(), archive, { tags: ['docker.io/library/app:1'] });
  const image = await openImage(`docker-archive:${archive}`, { temporaryDir: folder });
  await push(image);
  const { content = '' } = registry.manifests.get('team/app:1') ?? {};
  expect(JSON.parse(content).config.digest).toBe(image.digest);
  await image.close();
});

describe('nothing is under the tag', () => {
  test.each([
    ['when a layer cannot be sent', 'PATCH', 403],
    ['when the manifest is refused', 'PUT', 400],
  ])('%s', async (_, method, status) => {
    registry.fault = (request) => (request.method === method ? { status } : undefined);
    await expect(push(await plain())).rejects.toThrow(UserError);
    expect(registry.manifests.size).toBe(0);
  });

  test('when the source is damaged', async () => {
    const image = await plain();
    const [bottom, top] = image.layers;
    if (bottom === undefined || top === undefined) throw new Error('there are two layers');
    const cut = { ...top, uncompressed: async () => Promise.reject(new UserError('the layer is cut off')) };
    await expect(push({ ...image, layers: [bottom, cut] })).rejects.toThrow('the layer is cut off');
    expect(registry.manifests.size).toBe(0);
  });
});

test('an image that is there under the tag stays when the next one fails', async () => {
  const first = await push(await plain());
  registry.fault = ({ method, path }) =>
    method === 'PUT' && path.includes('/manifests/') ? { status: 400 } : undefined;
  await expect(push(await plain('print(2)'))).rejects.toThrow(UserError);
  registry.fault = undefined;
  expect((await pulled()).digest).toBe(first.digest);
});

test('foreign layers stay where they are', async () => {
  const image = await plain();
  const urls = ['https://example.org/layer'];
  const [bottom, top] = image.layers;
  if (bottom === undefined || top === undefined) throw new Error('there are two layers');
  const foreign = {
    ...bottom,
    urls,
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    digest: sha256Digest('x'),
  };
  const report = await push({ ...image, layers: [foreign, top] });
  expect(outcomes(report)).toEqual(['foreign', 'sent']);
  const { layers } = JSON.parse(registry.manifests.get('team/app:1')?.content ?? '{}');
  expect(layers[0]).toMatchObject({ urls, digest: foreign.digest, mediaType: foreign.mediaType });
  // Docker's own registry answers so where its settings allow no such address.
  registry.fault = ({ path }) => (path.includes('/manifests/') ? { status: 400 } : undefined);
  await expect(push({ ...image, layers: [foreign, top] })).rejects.toMatchObject({
    message: expect.stringContaining('answers 400'),
    hint: expect.stringMatching(/^1 layer lies elsewhere .*validation\.manifests\.urls\.allow/),
  });
});

test('an estimate says what is there and about what would be sent, and sends nothing', async () => {
  const archive = join(folder, 'image.tar');
  await writeDockerArchive(await plain(), archive);
  const image = await openImage(`docker-archive:${archive}`, { temporaryDir: folder });
  const estimate = async (): ReturnType<typeof estimatePush> => {
    const sink = await openRegistrySink(`${registry.host}/team/app:1`, { access: {} });
    const request = {
      image,
      sink,
      packing: { format: 'zstd' as const },
      cacheDir: join(folder, 'cache'),
      uplinkBitsPerSecond: 1e6,
    };
    return await estimatePush(request).finally(() => sink.close());
  };
  const before = await estimate();
  expect(before.layers.map(({ outcome, isEstimated }) => [outcome, isEstimated])).toEqual(
    Array(2).fill(['to send', true]),
  );
  expect(before.uploadSeconds).toBe((before.sendBytes * 8) / 1e6);
  expect(registry.receivedBytes).toBe(0);
  const report = await push(image);
  expect(before.layers.map(({ sizeBytes }) => sizeBytes)).toEqual(
    report.layers.map(({ sizeBytes }) => sizeBytes),
  );
  const after = await estimate();
  expect(after.layers.map(({ outcome, isEstimated }) => [outcome, isEstimated])).toEqual(
    Array(2).fill(['present', false]),
  );
  expect(after).toMatchObject({
    sendBytes: 0,
    skippedBytes: report.layers.reduce((sum, one) => sum + one.sizeBytes, 0),
  });
  await image.close();
});

test('an estimate counts what another repository has, as far as it may be looked into', async () => {
  const image = await plain();
  const { layers } = await push(image);
  const [bottom, top] = layers;
  const expected = async (refused?: string): Promise<(string | number)[]> => {
    const sink = await openRegistrySink(`${registry.host}/team/other:1`, { access: {} });
    const request = {
      image,
      sink,
      packing: { format: 'zstd' as const },
      cacheDir: join(folder, 'cache'),
      uplinkBitsPerSecond: 1e6,
    };
    registry.fault = ({ method, path }) =>
      method === 'HEAD' && path.includes(`team/app/blobs/${refused}`) ? { status: 403 } : undefined;
    const estimate = await estimatePush(request).finally(() => sink.close());
    expect(estimate.layers.map(({ isEstimated }) => isEstimated)).toEqual([false, false]);
    return [...estimate.layers.map(({ outcome }) => outcome), estimate.sendBytes];
  };
  expect(await expected(bottom?.digest)).toEqual(['to send', 'to mount', bottom?.sizeBytes]);
  expect(await expected()).toEqual(['to mount', 'to mount', 0]);
  // The push does as it was said.
  registry.fault = undefined;
  expect(outcomes(await push(image, 'team/other:1'))).toEqual(['mounted', 'mounted']);
  registry.blobs.delete(`team/other@${top?.digest}`);
  expect(await expected()).toEqual(['present', 'to mount', 0]);
});

test('the progress tells how far each layer is, in the numbers of the table', async () => {
  const steps: string[] = [];
  let readBytes = 0;
  const advance = (sizeBytes: number): void => {
    readBytes += sizeBytes;
  };
  const start: Progress['start'] = () => ({ advance, step: (text) => void steps.push(text), done: () => {} });
  const image = await plain();
  const sink = await openRegistrySink(`${registry.host}/team/app:1`, { access: {} });
  const cacheDir = join(folder, 'cache');
  const packing = { format: 'zstd' as const };
  await pushImage({ image, sink, packing, cacheDir, progress: { ...silentProgress, start } });
  sink.close();
  expect(readBytes).toBe(image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  expect(steps.some((text) => /^layer (?:1 at \d+%, )?0 at 100%.*; 0 of 2 done, .* sent$/.test(text))).toBe(
    true,
  );
  expect(steps.at(-1)).toMatch(/^2 of 2 done, \S+ \S+ sent$/);
});
