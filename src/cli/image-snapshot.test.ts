import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildImage } from '../image/index.ts';
import { recallImage, rememberImage } from './image-snapshot.ts';

test('one image under two names is called as it was asked for', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'plimsoll-snapshot-'));
  onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
  const image = await buildImage({ layers: [[{ path: 'a', content: 'a' }]], name: 'app:fat' });
  await rememberImage(cacheDir, 'sha256:1', image);
  const recalled = await recallImage(cacheDir, { imageId: 'sha256:1', name: 'app:lean' });
  expect(recalled).toMatchObject({ name: 'app:lean', digest: image.digest, config: image.config });
  expect(await recallImage(cacheDir, { imageId: 'sha256:2', name: 'app:lean' })).toBeUndefined();
});
