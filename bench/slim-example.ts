import { UserError } from '../src/base/index.ts';
import type { Comparison } from '../src/compare/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import { buildArgWords, docker, plimsoll, type Stage } from './stage.ts';

/** An example's images as `slim` leaves them in the engine. */
export interface SlimExample {
  readonly comparison: Comparison;
  readonly tags: { readonly fat: string; readonly lean: string };
}

/** Builds, proves and compares both images of an example, for processors without a GPU. */
export async function slimExample(stage: Stage, example: string, signal: AbortSignal): Promise<SlimExample> {
  const words = [
    'slim',
    exampleFolder(example),
    '--target',
    'cpu',
    '--json',
    ...buildArgWords(stage.buildArgs),
  ];
  // `plimsoll.slim/1`: what `slimJson` writes.
  const { comparison } = JSON.parse(await plimsoll(stage, words, signal)) as {
    readonly comparison: Comparison;
  };
  const [fat, lean] = [await tagOf(stage, comparison, 'fat'), await tagOf(stage, comparison, 'lean')];
  return { comparison, tags: { fat, lean } };
}

/** The name under which the engine holds the image with these layers. */
async function tagOf(stage: Stage, comparison: Comparison, which: 'fat' | 'lean'): Promise<string> {
  const side = comparison[which];
  const wanted = side.layers.map(({ identity }) => identity).join(' ');
  const listed = await docker(stage, [
    ...['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', `reference=plimsoll/*:${which}`],
  ]);
  for (const tag of listed.split('\n').filter((line) => line !== '')) {
    const format = '{{join .RootFS.Layers " "}}';
    const layers = (await docker(stage, ['image', 'inspect', '--format', format, tag])).trim();
    if (layers === wanted) return tag;
  }
  throw new UserError(`The engine no longer holds ${side.name}.`, { hint: 'Run the bench again.' });
}
