import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openImage } from '../../../src/image/index.ts';
import { scratch } from '../run-cli.ts';
import { writeRawLayout } from './layout.ts';
import { type OracleName, oracles } from './oracles.ts';
import { run } from './programs.ts';
import { ourTree, withoutAttributes, withoutDirectoryTimes } from './tree.ts';

let layers = '';
beforeAll(async () => {
  layers = mkdtempSync(join(tmpdir(), 'plimsoll-layers-'));
  await run('bash', [join(import.meta.dirname, 'gnu-layers.sh'), layers]);
});
afterAll(() => rmSync(layers, { recursive: true, force: true }));

/** An image of layers that GNU tar wrote (`gnu-layers.sh`), and who can be asked what it shows. */
interface TarMade {
  readonly what: string;
  readonly layers: readonly string[];
  readonly asked: readonly OracleName[];
}

const tar = 'skopeo and GNU tar';
const engines = ['buildah', 'docker'] as const;
const all: readonly OracleName[] = ['umoci', tar, ...engines];

const images: readonly TarMade[] = [
  { what: 'whiteouts, opaque directories, replacements', layers: ['base', 'change'], asked: all },
  { what: 'a whiteout before the entry of its own layer', layers: ['base', 'same'], asked: all },
  {
    // The overlay drivers of the engines fail to make the whiteout where a file is already.
    what: 'a whiteout after the entry of its own layer',
    layers: ['base', 'late'],
    asked: ['umoci', tar],
  },
  {
    what: 'what only extended headers hold: long names, sparse maps, xattrs',
    layers: [
      'long-gnu',
      'long-oldgnu',
      'long-pax',
      'sparse-pax-0.0',
      'sparse-pax-0.1',
      'sparse-pax-1.0',
      'xattrs',
    ],
    asked: all,
  },
  // Go's archive/tar reads type S but the engines do not know what to make of it.
  { what: 'old GNU sparse maps', layers: ['sparse-oldgnu'], asked: [tar] },
  // What is not GNU tar writes out the holes.
  { what: 'files over 8 GiB', layers: ['huge-pax', 'huge-gnu'], asked: [tar] },
  // Docker and Buildah put 1970 in place of what is before.
  { what: 'times before 1970', layers: ['old-pax', 'old-gnu'], asked: ['umoci', tar] },
  // umoci takes it for a whiteout of its directory, Docker fails; the image-spec says nothing.
  { what: 'a file named .wh.', layers: ['base', 'bare'], asked: [tar] },
  // umoci does not know the type.
  { what: 'a global PAX header', layers: ['global'], asked: [tar, ...engines] },
  // The overlay drivers refuse a name that comes twice.
  {
    what: 'names twice, absolute, with and without ./, and garbage after the end',
    layers: ['garbage'],
    asked: ['umoci', tar],
  },
  // The overlay drivers unpack a layer for itself, where the target is not.
  { what: 'hard links to a file of a lower layer', layers: ['lower', 'across'], asked: ['umoci', tar] },
  // For the same reason they show a directory; umoci, tar and containerd write through the symlink.
  { what: "a file below a lower layer's symlink", layers: ['lower', 'through'], asked: engines },
  // GNU tar refuses them.
  { what: 'names with ..', layers: ['lower', 'upwards'], asked: ['umoci', ...engines] },
  { what: 'a directory entry over a symlink', layers: ['lower', 'replaced'], asked: all },
  {
    what: 'another file in the place of a linked one, in one layer',
    layers: ['again'],
    asked: ['umoci', tar],
  },
  {
    what: 'a hard link to a symlink that goes',
    layers: ['linked', 'gone'],
    asked: all,
  },
];

const tools = oracles(inject('lab') !== undefined);

describe.each(images)('layers of GNU tar: $what', ({ layers: names, asked }) => {
  for (const tool of tools.filter(({ name }) => asked.includes(name))) {
    test(`is what ${tool.name} shows`, { skip: !tool.isThere }, async () => {
      const folder = join(scratch(), 'layout');
      const name = writeRawLayout(
        folder,
        names.map((layer) => ({ tar: readFileSync(join(layers, `${layer}.tar`)) })),
      );
      const image = await openImage(name, { temporaryDir: folder });
      const [ours, theirs] = [await ourTree(image), await tool.tree(folder)];
      const told = tool.name === 'docker' ? withoutAttributes(ours) : ours;
      expect(withoutDirectoryTimes(told)).toEqual(withoutDirectoryTimes(theirs));
    });
  }
});
