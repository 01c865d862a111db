// How long the image browser takes for a key, on an image of many files:
//   npm run bench -- browse [--files 200000] [--layers 100]
import { parseArgs } from 'node:util';
import { auditImage, wasteFiles } from '../src/audit/index.ts';
import { UserError } from '../src/base/index.ts';
import {
  advanceFilter,
  type BrowseState,
  type BrowseSubject,
  browseModel,
  decodeKeys,
  render,
  startBrowsing,
  update,
} from '../src/browse/index.ts';
import { findDistroPackages } from '../src/distro/index.ts';
import { type LayerEntry, type LayerIndex, stackLayers } from '../src/filetree/index.ts';
import { buildImage } from '../src/image/index.ts';
import type { Bench } from './bench.ts';
import { median } from './statistics.ts';
import { textTable } from './text-table.ts';

/** Keys as a terminal sends them, with what they are there for. */
const script: readonly (readonly [what: string, input: string])[] = [
  ['to the files', '\t'],
  ['open all directories', '\0'],
  ['to the end', 'G'],
  ['a page up', '\x1b[5~'],
  ['to the start', 'g'],
  ['by size', 's'],
  ['a page down', '\x1b[6~'],
  ['close a directory', ' '],
  ['hide what is as before', '\x15'],
  ['show it again', '\x15'],
  ['filter by text', '/module_77'],
  ['accept the filter', '\r'],
  ['close all directories', '\0'],
  ['end the filter', '\x1b'],
  ['filter by expression', '/(\\d)\\1+\\.py$'],
  ['accept the expression', '\r'],
  ['end the expression', '\x1b'],
  ['packages', '2'],
  ['open the package', ' '],
  ['package by name', 's'],
  ['to its end', 'G'],
  ['findings', '3'],
  ['open all findings', '\0'],
  ['files again', '1'],
  ['to the layers', '\t'],
  ['layers down', '[['],
  ['first layer', 'g'],
  ['changes since the first', '\x01'],
  ['last layer', 'G'],
  ['layers up and down', 'kkkjjj'],
  ['changes of the layer', '\x0c'],
];

/** Shows that no key makes its user wait: the slowest step between two frames, over the whole script. */
export const browse: Bench = {
  name: 'browse',
  usage: '[--files N] [--layers N]',
  summary: 'the slowest key of the image browser; at most 50 ms on 200,000 files',
  async run(words) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        files: { type: 'string', default: '200000' },
        layers: { type: 'string', default: '100' },
      },
    });
    const [files, layers] = [Number(values.files), Number(values.layers)];
    if (!(files >= 1 && layers >= 1)) throw new UserError('--files and --layers are numbers of at least 1.');
    const subject = await largeSubject(files, layers);
    const prepared: number[] = [];
    const plays = Array.from({ length: 3 }, () => {
      const before = performance.now();
      const model = browseModel(subject);
      prepared.push(performance.now() - before);
      return play(startBrowsing(model, { columns: 160, rows: 50 }));
    });
    const rows = script.map(([what], key) => {
      const times = plays.map((one) => one[key] ?? noStep);
      const waited = times.map(({ waitedMilliseconds }) => waitedMilliseconds);
      const busy = times.map(({ busyMilliseconds }) => busyMilliseconds);
      return { what, middle: median(waited), worst: Math.max(...waited), busy: Math.max(...busy) };
    });
    const slowest = Math.max(...rows.map(({ middle }) => middle));
    const busiest = Math.max(...rows.map(({ busy }) => busy));
    const table = rows.map(({ what, worst, middle, busy }) => [
      what,
      ...[middle, worst, busy].map((one) => one.toFixed(1)),
    ]);
    process.stdout.write(
      `${textTable(['key', 'median ms', 'slowest ms', 'most processor ms'], table)}\n\n` +
        `${files} files in ${layers} layers: prepared in ${median(prepared).toFixed(0)} ms; slowest key, median of three runs: ${slowest.toFixed(1)} ms; ` +
        `most processor time of any: ${busiest.toFixed(1)} ms; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident\n`,
    );
    return slowest <= 50 ? 0 : 1;
  },
};

interface Step {
  readonly waitedMilliseconds: number;
  /** What the thread itself worked: where others have the processor, much less than its user waited. */
  readonly busyMilliseconds: number;
}

const noStep: Step = { waitedMilliseconds: Number.NaN, busyMilliseconds: Number.NaN };

/** For every line of the script the slowest step from one frame to the next. */
function play(start: BrowseState): Step[] {
  let state = start;
  render(state, { hasColour: true });
  return script.map(([, input]) => {
    const steps: Step[] = [];
    const step = (next: (state: BrowseState) => BrowseState): void => {
      const [began, before] = [performance.now(), process.threadCpuUsage()];
      state = next(state);
      render(state, { hasColour: true });
      const { user, system } = process.threadCpuUsage(before);
      steps.push({ waitedMilliseconds: performance.now() - began, busyMilliseconds: (user + system) / 1000 });
    };
    for (const key of decodeKeys(Buffer.from(input), true).keys) {
      step((now) => update(now, { kind: 'key', key }).state);
      while (state.filter?.isRunning === true) step(advanceFilter);
    }
    return {
      waitedMilliseconds: Math.max(...steps.map(({ waitedMilliseconds }) => waitedMilliseconds)),
      busyMilliseconds: Math.max(...steps.map(({ busyMilliseconds }) => busyMilliseconds)),
    };
  });
}

async function largeSubject(fileCount: number, layerCount: number): Promise<BrowseSubject> {
  const layers = Array.from({ length: layerCount }, (_, layer) => largeLayer(layer, fileCount, layerCount));
  const root = stackLayers(layers);
  const image = await buildImage({ layers: layers.map(() => []), name: 'large' });
  const request = {
    image,
    root,
    inventory: findDistroPackages(root),
    distributions: [],
  };
  const files = [...root.entries()]
    .filter(({ entry }) => entry.type === 'file' && entry.path.startsWith('opt/venv/'))
    .map(({ entry }) => entry.path);
  const packages = [
    { kind: 'distribution' as const, name: 'large', version: '1', files, sizeBytes: files.length },
  ];
  return { audit: auditImage(request), root, packages, waste: wasteFiles(request) };
}

/** Python packages of 40 modules; each layer writes one in twenty of the files below it again and deletes one directory. */
function largeLayer(layer: number, fileCount: number, layerCount: number): LayerIndex {
  const entries: LayerEntry[] = [];
  const facts = { mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 1_700_000_000 + layer };
  const own = Math.ceil(fileCount / layerCount);
  const pathOf = (number: number): string =>
    `opt/venv/lib/python3.11/site-packages/package_${Math.floor(number / 400)}/part_${Math.floor(number / 40)}/module_${number}.py`;
  const add = (number: number): void => {
    entries.push({
      ...facts,
      path: pathOf(number),
      type: 'file',
      sizeBytes: 100 + ((number * 7919) % 100_000),
    });
  };
  for (let number = layer * own; number < (layer + 1) * own; number++) add(number);
  for (let number = layer * 20; number < layer * own && entries.length < own * 1.05; number += 20)
    add(number);
  if (layer > 0) {
    const path = pathOf((layer - 1) * own).replace(/\/[^/]*$/, '');
    entries.push({ ...facts, path, type: 'whiteout', sizeBytes: 0 });
  }
  const first: LayerEntry = { ...facts, path: '', type: 'directory', sizeBytes: 0 };
  return {
    diffId: `sha256:${String(layer).padStart(64, '0')}`,
    tarBytes: 0,
    contentBytes: entries.reduce((sum, one) => sum + one.sizeBytes, 0),
    entryCount: entries.length,
    entry: (position) => entries[position] ?? first,
    entries: () => entries.values(),
    content: () => undefined,
    contentAt: () => undefined,
  };
}
