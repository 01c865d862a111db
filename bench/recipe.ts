import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds, UserError } from '../src/base/index.ts';
import type { Comparison, PushCost } from '../src/compare/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import type { Bench } from './bench.ts';
import { buildRecipe, recipeFile } from './build-recipe.ts';
import { buildArgWords, docker, plimsoll, type Stage, setTheStage, standInLines } from './stage.ts';
import { ratioText } from './statistics.ts';
import { textTable } from './text-table.ts';

/** One image's size and what its push costs. */
interface Cost {
  readonly name: string;
  readonly contentBytes: number;
  readonly compressedBytes: number;
  readonly pushSeconds: number;
}

/** How far the well-known recipe gets, between the project as it is and what `plimsoll slim` makes of it. */
export const recipe: Bench = {
  name: 'recipe',
  usage: '[--example sentiment-api] [--json]',
  summary: 'size and push time: as it is, after the well-known recipe (slim, two stages, --user), after slim',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        example: { type: 'string', default: 'sentiment-api' },
        json: { type: 'boolean', default: false },
      },
    });
    const { example } = values;
    await access(recipeFile(example)).catch((cause: unknown) => {
      throw new UserError(`There is no recipe for an example "${example}".`, { cause });
    });
    const stage = await setTheStage({ example });
    const costs = await measure({ stage, example, signal });
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.recipe/1', example, images: costs, notes: stage.notes }, undefined, 2)}\n`
        : `${recipeReport(example, costs)}${standInLines(stage)}`,
    );
    return 0;
  },
};

interface RecipeRequest {
  readonly stage: Stage;
  readonly example: string;
  readonly signal: AbortSignal;
}

async function measure({ stage, example, signal }: RecipeRequest): Promise<Cost[]> {
  const folder = exampleFolder(example);
  const slimmed = await plimsoll(
    stage,
    ['slim', folder, '--target', 'cpu', '--json', ...buildArgWords(stage.buildArgs)],
    signal,
  );
  // `plimsoll.slim/1`: what `slimJson` writes.
  const { comparison } = JSON.parse(slimmed) as { readonly comparison: Comparison };
  const leanTag = await tagOf(stage, comparison.lean);
  const built = await buildRecipe({ stage, example, signal });
  try {
    const compared = await plimsoll(
      stage,
      ['compare', `docker:${built.tag}`, `docker:${leanTag}`, '--json'],
      signal,
    );
    // `plimsoll.compare/1`: what `compareJson` writes.
    const beside = JSON.parse(compared) as Comparison;
    return [
      cost('as it is', comparison.fat, comparison.push.fat),
      cost('the recipe', beside.fat, beside.push.fat),
      cost('plimsoll slim --target cpu', beside.lean, beside.push.lean),
    ];
  } finally {
    await built.remove();
  }
}

function cost(name: string, { total }: Comparison['fat'], push: PushCost): Cost {
  const { contentBytes, compressedBytes } = total;
  return { name, contentBytes, compressedBytes, pushSeconds: push.totalSeconds };
}

/** The name under which the engine holds the image with these layers. */
async function tagOf(stage: Stage, side: Comparison['lean']): Promise<string> {
  const wanted = side.layers.map(({ identity }) => identity).join(' ');
  const listed = await docker(stage, [
    ...['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', 'reference=plimsoll/*:lean'],
  ]);
  for (const tag of listed.split('\n').filter((line) => line !== '')) {
    const format = '{{join .RootFS.Layers " "}}';
    const layers = (await docker(stage, ['image', 'inspect', '--format', format, tag])).trim();
    if (layers === wanted) return tag;
  }
  throw new UserError(`The engine no longer holds ${side.name}.`, { hint: 'Run the bench again.' });
}

/** The images side by side, each against the first one. */
function recipeReport(example: string, costs: readonly Cost[]): string {
  const [first] = costs;
  const rows = costs.map((one) => [
    one.name,
    formatBytes(one.contentBytes),
    ratioText(first?.contentBytes ?? 0, one.contentBytes),
    formatBytes(one.compressedBytes),
    formatSeconds(one.pushSeconds),
  ]);
  return [
    `${example}: the image`,
    '',
    textTable(['', 'uncompressed', 'smaller by', 'gzip', 'push at 100 Mbit/s'], rows),
    '',
    'The recipe: python:3.11-slim in two stages, pip install --user --no-cache-dir -r requirements.txt,',
    'COPY --from=builder /root/.local /root/.local, no .dockerignore.',
    '',
  ].join('\n');
}
