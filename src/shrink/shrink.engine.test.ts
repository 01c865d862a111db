import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildImage, writeDockerArchive } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { docker, staticBusybox } from './fixtures/busybox.ts';
import { distribution, shrinkImage } from './fixtures/shrink-image.ts';

/** A shrunk image in a real engine: FROM scratch with a static busybox. */
const folder = await mkdtemp(join(tmpdir(), 'plimsoll-shrink-engine-'));
const busybox = await staticBusybox();
const tag = `plimsoll-shrink-test:${process.pid}`;
const hasDocker = (await docker('version')).code === 0;

afterAll(async () => {
  if (hasDocker) await docker('image', 'rm', '-f', tag);
  await rm(folder, { recursive: true, force: true });
});

const script = `
for path in $(find / -xdev -type f -o -xdev -type l | grep -v -e ^/proc -e ^/sys -e ^/dev -e ^/etc/ -e dockerenv | sort); do
  stat -c '%N %F %a %u:%g %Y %h %s' $path
done
cat /app/main.py /srv/linked
`;

describe.skipIf(!hasDocker || busybox === undefined)('an engine', () => {
  const base: readonly TarMember[] = [
    { path: 'bin/', type: 'directory' },
    { path: 'bin/busybox', mode: 0o755, content: busybox ?? '' },
    ...['sh', 'find', 'grep', 'sort', 'stat', 'cat'].map(
      (name): TarMember => ({ path: `bin/${name}`, type: 'symlink', linkPath: 'busybox' }),
    ),
    { path: 'srv/base', content: 'base' },
    { path: 'srv/gone', content: 'deleted later' },
    { path: 'srv/folder/below', content: 'replaced by a link' },
  ];
  const own: readonly TarMember[] = [
    { path: 'srv/.wh.gone', content: '' },
    { path: 'srv/folder', type: 'symlink', linkPath: '/app' },
    { path: 'srv/plain', content: 'content', mode: 0o640, uid: 1000, gid: 1001, mtimeSeconds: 1_700_000_000 },
    { path: 'srv/setuid', content: 'x', mode: 0o4755 },
    { path: 'root/.cache/pip/a', content: 'cache' },
    { path: 'root/.cache/uv/b', content: 'shared', mtimeSeconds: 1_600_000_000 },
    { path: 'srv/linked', type: 'hardlink', linkPath: 'root/.cache/uv/b', mtimeSeconds: 1_600_000_000 },
    { path: 'app/main.py', content: 'import pkg\n' },
    ...distribution('pkg', { 'pkg/__init__.py': '', 'pkg/tests/test_a.py': '' }),
  ];

  test.each(['gzip', 'zstd'] as const)(
    'loads what was shrunk (%s), and sees the same but for what is gone',
    async (compression) => {
      const image = await buildImage({
        layers: [base, own],
        config: { entrypoint: ['/bin/sh', '-c', script], env: ['PATH=/bin'] },
      });
      const shrunk = await shrinkImage(image, { baseLayerCount: 1, compression });
      const seen: string[][] = [];
      for (const [name, one] of Object.entries({ fat: image, lean: shrunk.image })) {
        const file = join(folder, `${name}.tar`);
        await writeDockerArchive(one, file, { tags: [tag] });
        expect(await docker('load', '-i', file)).toMatchObject({ code: 0 });
        const run = await docker('run', '--rm', '--network=none', tag);
        expect([run.code, run.stderr]).toEqual([0, '']);
        seen.push(run.stdout.split('\n'));
      }
      await shrunk.close();
      const [fat = [], lean = []] = seen;
      expect(fat.length).toBeGreaterThan(20);
      // The list of files follows, and the name that is left is the only one.
      const changed = (line: string): string => line.replace(/^(\/srv\/linked .*) 2 6$/, '$1 1 6');
      const isOther = (line: string): boolean => /cache|tests|RECORD/.test(line);
      expect(lean.filter((line) => !isOther(line))).toEqual(
        fat.map(changed).filter((line) => !isOther(line)),
      );
      expect(lean.filter(isOther)).toEqual([expect.stringMatching(/RECORD regular file 644/)]);
      expect(lean.slice(-2)).toEqual(['shared', '']);
    },
  );
});
