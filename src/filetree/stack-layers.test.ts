import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildImage } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { followLinks, indexImage, type RootFileSystem } from './index.ts';

const file = (path: string, content = path, more: Partial<TarMember> = {}): TarMember => ({
  path,
  content,
  ...more,
});
const directory = (path: string, more: Partial<TarMember> = {}): TarMember => ({
  path,
  type: 'directory',
  ...more,
});
const symlink = (path: string, linkPath: string): TarMember => ({ path, type: 'symlink', linkPath });
const hardlink = (path: string, linkPath: string): TarMember => ({ path, type: 'hardlink', linkPath });
const whiteout = (path: string): TarMember => {
  const slash = path.lastIndexOf('/') + 1;
  return { path: `${path.slice(0, slash)}.wh.${path.slice(slash)}` };
};
const opaque = (path: string): TarMember => ({ path: `${path}/.wh..wh..opq` });

async function stack(layers: readonly (readonly TarMember[])[], withHashes = false): Promise<RootFileSystem> {
  const { root } = await indexImage(await buildImage({ layers }), {
    withHashes,
    capture: { key: 'all', wants: () => true },
  });
  return root;
}

/** `path@layer`, with the type unless it is a file: what the container sees. */
function visible(root: RootFileSystem): string[] {
  return [...root.entries()]
    .filter(({ entry }) => entry.type !== 'directory')
    .map(({ entry, layer }) => `${entry.path}@${layer}${entry.type === 'file' ? '' : ` ${entry.type}`}`)
    .sort();
}

function dead(root: RootFileSystem): string[] {
  return root.buried
    .map((one) => `${one.path}@${one.layer} ${one.reason} by ${one.buriedBy}: ${one.sizeBytes}`)
    .sort();
}

describe('stackLayers', () => {
  test.each<[reason: string, layers: TarMember[][], seen: string[], buried: string[]]>([
    ['one layer shows itself', [[directory('a/'), file('a/b')]], ['a/b@0'], []],
    ['leading ./ and / are the root', [[file('./a'), file('/b')]], ['a@0', 'b@0'], []],
    ['.. cannot leave the root', [[file('../../etc/x', 'x')]], ['etc/x@0'], []],
    ['a file over a file', [[file('a', '123')], [file('a', '4567')]], ['a@1'], ['a@0 overwritten by 1: 3']],
    [
      'a whiteout hides',
      [[file('d/a'), file('d/b')], [whiteout('d/a')]],
      ['d/b@0'],
      ['d/a@0 deleted by 1: 3'],
    ],
    [
      'a whiteout of a directory hides all below',
      [[file('d/a'), file('d/e/b')], [whiteout('d')]],
      [],
      ['d/a@0 deleted by 1: 3', 'd/e/b@0 deleted by 1: 5'],
    ],
    [
      'a whiteout spares its own layer, written before it',
      [[file('a', '1')], [file('a', '22'), whiteout('a')]],
      ['a@1'],
      ['a@0 deleted by 1: 1'],
    ],
    [
      'a whiteout spares its own layer, written after it',
      [[file('a', '1')], [whiteout('a'), file('a', '22')]],
      ['a@1'],
      ['a@0 deleted by 1: 1'],
    ],
    ['a whiteout of nothing', [[file('a')], [whiteout('b')]], ['a@0'], []],
    [
      'what comes back in a later layer is there',
      [[file('a')], [whiteout('a')], [file('a')]],
      ['a@2'],
      ['a@0 deleted by 1: 1'],
    ],
    [
      'an opaque directory hides what is below, and spares its own layer in either order',
      [
        [file('d/a'), file('d/e/b'), file('f')],
        [file('d/c'), opaque('d'), file('d/a', 'new')],
      ],
      ['d/a@1', 'd/c@1', 'f@0'],
      ['d/a@0 deleted by 1: 3', 'd/e/b@0 deleted by 1: 5'],
    ],
    [
      'an opaque root',
      [[file('a')], [{ path: '.wh..wh..opq' }, file('b')]],
      ['b@1'],
      ['a@0 deleted by 1: 1'],
    ],
    [
      'a bare .wh. is a file like any other',
      [[file('d/a')], [file('d/.wh.', 'x')]],
      ['d/.wh.@1', 'd/a@0'],
      [],
    ],
    [
      'a file over a directory removes the children',
      [[directory('d'), file('d/a')], [file('d', 'x')]],
      ['d@1'],
      ['d/a@0 deleted by 1: 3'],
    ],
    [
      'a symlink over a directory removes the children without a whiteout',
      [[directory('d'), file('d/a')], [symlink('d', 'e')]],
      ['d@1 symlink'],
      ['d/a@0 deleted by 1: 3'],
    ],
    [
      'a directory over a directory merges',
      [[file('d/a')], [directory('d'), file('d/b')]],
      ['d/a@0', 'd/b@1'],
      [],
    ],
    ['a directory over a file', [[file('d', 'x')], [directory('d')]], [], ['d@0 overwritten by 1: 1']],
    [
      'an implied directory over a file',
      [[file('d', 'x')], [file('d/a')]],
      ['d/a@1'],
      ['d@0 overwritten by 1: 1'],
    ],
    [
      'twice in one layer: the last wins and the first is dead',
      [[file('a', '123'), file('a', '4567')]],
      ['a@0'],
      ['a@0 overwritten by 0: 3'],
    ],
    [
      'a hard link keeps the bytes alive, and is the file when its first name goes',
      [[file('a', '123'), hardlink('b', 'a')], [whiteout('a')]],
      ['b@0'],
      [],
    ],
    [
      'bytes are dead when every link is gone, once',
      [[file('a', '123'), hardlink('b', 'a')], [whiteout('a')], [whiteout('b')]],
      [],
      ['a@0 deleted by 2: 3'],
    ],
    [
      'a hard link to a file of a lower layer, even one that this layer hides',
      [[file('a', '123')], [hardlink('b', './a'), whiteout('a')]],
      ['b@0'],
      [],
    ],
    [
      'a name linked anew to the same bytes',
      [[file('a', '123'), hardlink('b', 'a')], [hardlink('b', 'a')]],
      ['a@0', 'b@1 hardlink'],
      [],
    ],
    [
      'chmod stores a full copy: same size and time, other mode',
      [
        [file('a', '123', { mtimeSeconds: 5 }), file('b', '123', { mtimeSeconds: 5 })],
        [file('a', '123', { mtimeSeconds: 5, mode: 0o600 }), file('b', '456', { mtimeSeconds: 6 })],
      ],
      ['a@1', 'b@1'],
      ['a@0 metadata-only by 1: 3', 'b@0 overwritten by 1: 3'],
    ],
    [
      'the same file brought again: owner and mode as they were, and the time, or with another time',
      [
        [file('a', '123', { mtimeSeconds: 5 }), file('d/b', '123', { mtimeSeconds: 5, uid: 7 })],
        [file('a', '123', { mtimeSeconds: 5 }), file('d/b', '123', { mtimeSeconds: 5, uid: 7, gid: 8 })],
      ],
      ['a@1', 'd/b@1'],
      ['a@0 unchanged by 1: 3', 'd/b@0 metadata-only by 1: 3'],
    ],
    [
      'chown of hard links stores the bytes once more',
      [
        [file('a', '123'), hardlink('b', 'a')],
        [file('a', '123', { uid: 7 }), hardlink('b', 'a')],
      ],
      ['a@1', 'b@1 hardlink'],
      ['a@0 metadata-only by 1: 3'],
    ],
    [
      'links, devices and fifos take no bytes',
      [[symlink('s', 'x'), { path: 'p', type: 'fifo' }, { path: 'n', type: 'character-device' }]],
      ['n@0 character-device', 'p@0 fifo', 's@0 symlink'],
      [],
    ],
  ])('%s', async (_reason, layers, seen, buried) => {
    const root = await stack(layers);
    expect(visible(root)).toEqual(seen);
    expect(dead(root)).toEqual(buried);
  });

  test('content hashes tell a touched file from a changed one', async () => {
    const root = await stack(
      [
        [file('touched', '123', { mtimeSeconds: 5 }), file('changed', '123', { mtimeSeconds: 5 })],
        [file('touched', '123', { mtimeSeconds: 9 }), file('changed', '456', { mtimeSeconds: 5 })],
      ],
      true,
    );
    expect(dead(root)).toEqual(['changed@0 overwritten by 1: 3', 'touched@0 unchanged by 1: 3']);
  });

  test('parents come before children, implied ones too, and a directory shows its latest metadata', async () => {
    const root = await stack([
      [file('a/b/c'), directory('d', { mode: 0o700 })],
      [directory('./'), directory('d', { mode: 0o755 })],
    ]);
    expect([...root.entries()].map(({ entry }) => entry.path)).toEqual(['a', 'a/b', 'a/b/c', 'd']);
    expect(root.get('a/b')).toMatchObject({ entry: { type: 'directory', uid: 0, mode: 0o755 }, layer: 0 });
    expect(root.get('d')).toMatchObject({ entry: { mode: 0o755 }, layer: 1 });
    expect(root.get('nowhere')).toBeUndefined();
    expect(root.get('a/b/c/d')).toBeUndefined();
  });

  test('content is that of the visible file, through hard links as well', async () => {
    const root = await stack([
      [file('a', 'old'), file('b', 'linked'), hardlink('c', 'b')],
      [file('a', 'new'), whiteout('b')],
    ]);
    const text = (path: string): string | undefined => root.content(path)?.toString();
    expect([text('a'), text('b'), text('c')]).toEqual(['new', undefined, 'linked']);
    expect(root.get('c')?.entry).toMatchObject({ path: 'c', type: 'file', sizeBytes: 6 });
  });

  test('sizes, names and captured paths are those of what is visible', async () => {
    const root = await stack([
      [file('d/a', 'old'), file('d/b', 'linked'), hardlink('d/c', 'd/b'), file('gone', 'x')],
      [file('d/a', 'newer'), whiteout('d/b'), whiteout('gone'), directory('empty')],
    ]);
    const sizes = ['d/a', 'd/b', 'd/c', 'd', 'gone', 'nowhere'].map((path) => root.sizeOf(path));
    expect(sizes).toEqual([5, undefined, 6, 0, undefined, undefined]);
    const names = ['', 'd', 'empty', 'd/a', 'nowhere'].map((path) => [...root.namesIn(path)].sort());
    expect(names).toEqual([['d', 'empty'], ['a', 'c'], [], [], []]);
    expect(root.captured()).toEqual(['d/a', 'd/c']);
  });

  test('every stored byte is either visible or dead', async () => {
    const name = fc.constantFrom(
      'a',
      'b',
      'c',
      'a/a',
      'a/b',
      'a/c/d',
      'b/a',
      'b/.wh.a',
      '.wh.b',
      'a/.wh..wh..opq',
      '.wh.c',
    );
    const member = fc
      .record({
        path: name,
        type: fc.constantFrom('file', 'file', 'directory', 'symlink', 'hardlink'),
        linkPath: fc.constantFrom('a', 'b', 'c', 'a/a', 'a/b'),
        content: fc.stringMatching(/^x{0,9}$/),
      })
      .map(({ linkPath, content, ...known }) => ({
        ...known,
        ...(known.type === 'file' && { content }),
        ...(known.type.endsWith('link') && { linkPath }),
      }))
      .map((made) => (made.path.includes('.wh.') ? { path: made.path } : made));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(member, { maxLength: 6 }), { maxLength: 4 }), async (layers) => {
        const root = await stack(layers);
        const stored = root.layers.reduce((sum, layer) => sum + layer.contentBytes, 0);
        const shown = [...root.entries()].reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
        expect(root.visibleBytes + root.deadBytes).toBe(stored);
        expect(shown).toBe(root.visibleBytes);
        expect(root.buried.reduce((sum, one) => sum + one.sizeBytes, 0)).toBe(root.deadBytes);
      }),
      { numRuns: 300 },
    );
  });
});

describe('followLinks', () => {
  test.each([
    ['a file is itself', 'usr/lib/x', 'usr/lib/x'],
    ['through a link to a directory', 'lib/x', 'usr/lib/x'],
    ['through an absolute link, which begins at the root of the image', 'usr/abs', 'usr/lib/x'],
    ['through .., which stops at the root', 'usr/up', 'usr/lib/x'],
    ['a circle leads nowhere', 'loop', undefined],
    ['a dangling link leads nowhere', 'dangling', undefined],
    ['a directory', 'lib', 'usr/lib'],
  ])('%s', async (_reason, path, expected) => {
    const root = await stack([
      [
        file('usr/lib/x'),
        symlink('lib', 'usr/lib'),
        symlink('usr/abs', '/lib/x'),
        symlink('usr/up', '../../../lib/./x'),
        symlink('loop', 'loop'),
        symlink('dangling', 'nothing'),
      ],
    ]);
    expect(followLinks(root, path)?.entry.path).toBe(expected);
  });
});

test('the place of an entry is that of the bytes it shows, by layer and number in the tar', async () => {
  const root = await stack([
    [directory('d'), file('d/a'), hardlink('d/b', 'd/a'), file('d/c', '1'), file('d/c', '2')],
    [whiteout('d/a'), file('implied/x')],
  ]);
  const places = ['d', 'd/b', 'd/c', 'd/a', 'implied', 'implied/x'].map((path) => root.placeOf(path));
  expect(places).toEqual([
    { layer: 0, position: 0 },
    // The first name is gone: the link shows the file.
    { layer: 0, position: 1 },
    { layer: 0, position: 4 },
    undefined,
    undefined,
    { layer: 1, position: 1 },
  ]);
});
