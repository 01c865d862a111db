import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildImage, openImage, writeOciLayout } from '../../../src/image/index.ts';
import type { TarMember } from '../../../src/tar/index.ts';
import { scratch } from '../run-cli.ts';
import { oracles } from './oracles.ts';
import { ourTree, withoutDirectoryTimes } from './tree.ts';

// Random stacks over few names, so that layers hit each other often. Each layer is one that every tool accepts: no name
// twice, an entry for each directory, links to files of the same layer, no whiteout of what the layer brings.

const names = ['a', 'b', 'c', 'r\udce9'];
const path = fc
  .array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));
const change = fc.record({
  path,
  kind: fc.constantFrom('file', 'file', 'directory', 'symlink', 'hardlink', 'fifo', 'whiteout', 'opaque'),
  content: fc.string({ maxLength: 20 }),
  mode: fc.constantFrom(0o644, 0o755, 0o4711, 0o1777, 0o600),
  uid: fc.constantFrom(0, 1000, 3_000_000),
  mtimeSeconds: fc.integer({ min: 0, max: 2 ** 33 }),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The members of a layer that does what the changes say, leaving out those that no layer can say together. */
function layerOf(changes: readonly Change[]): TarMember[] {
  const kinds = new Map<string, string>();
  const members: TarMember[] = [];
  const whiteouts: TarMember[] = [];
  for (const { path, kind, content, mode, uid, mtimeSeconds } of changes) {
    const more = { mode, uid, mtimeSeconds };
    const isBelowNone = parentsOf(path).every((parent) => (kinds.get(parent) ?? 'directory') === 'directory');
    if (!isBelowNone || (kinds.has(path) && kind !== 'opaque')) continue;
    for (const parent of [...parentsOf(path), ...(kind === 'opaque' ? [path] : [])]) {
      if (!kinds.has(parent)) members.push({ path: parent, type: 'directory', ...more, mode: 0o755 });
      kinds.set(parent, 'directory');
    }
    const slash = path.lastIndexOf('/') + 1;
    const linked = [...kinds].find(([, known]) => known === 'file')?.[0];
    if (kind === 'opaque') whiteouts.push({ path: `${path}/.wh..wh..opq` });
    else if (kind === 'whiteout') whiteouts.push({ path: `${path.slice(0, slash)}.wh.${path.slice(slash)}` });
    else if (kind === 'file') members.push({ path, content, ...more });
    else if (kind === 'symlink') members.push({ path, type: kind, linkPath: content || 'x', ...more });
    else if (kind === 'directory' || kind === 'fifo') members.push({ path, type: kind, ...more });
    else if (linked !== undefined)
      members.push({
        ...members.find((one) => one.path === linked),
        path,
        content: '',
        type: 'hardlink',
        linkPath: linked,
      });
    else continue;
    kinds.set(path, kind);
  }
  // One whiteout each: engines make a file of it.
  const distinct = new Map(whiteouts.map((whiteout) => [whiteout.path, whiteout]));
  return [...distinct.values(), ...members];
}

const stack = fc.array(fc.array(change, { minLength: 1, maxLength: 12 }).map(layerOf), {
  minLength: 2,
  maxLength: 5,
});
// The overlay drivers of the engines leave a name that cannot be read where a whiteout hides nothing.
const tools = oracles(false).filter(({ name }) => name === 'umoci' || name === 'skopeo and GNU tar');

describe('layers that our writer wrote at random', () => {
  for (const { name, tree, isThere } of tools) {
    test.skipIf(!isThere)(`are what ${name} shows`, async () => {
      await fc.assert(
        fc.asyncProperty(stack, fc.constantFrom('gzip', 'zstd', 'none'), async (layers, compression) => {
          const folder = join(scratch(), 'layout');
          const isOldTool = name === 'umoci' && compression === 'zstd';
          await writeOciLayout(
            await buildImage({ layers, compression: isOldTool ? 'gzip' : compression }),
            folder,
            { tag: 'v1' },
          );
          const image = await openImage(`oci:${folder}:v1`, { temporaryDir: folder });
          const [ours, theirs] = [await ourTree(image), await tree(folder)];
          expect(withoutDirectoryTimes(ours)).toEqual(withoutDirectoryTimes(theirs));
        }),
        { seed: 20_260_101, numRuns: 12, endOnFailure: true },
      );
    });
  }
});
