import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatBytes, formatSeconds, UserError } from '../src/base/index.ts';
import type { Comparison, PushCost } from '../src/compare/index.ts';
import type { Bench } from './bench.ts';
import { buildRecipe, recipeFile } from './build-recipe.ts';
import { slimExample } from './slim-example.ts';
import { plimsoll, type Stage, setTheStage, standInLines } from './stage.ts';
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
  const { comparison, tags } = await slimExample(stage, example, signal);
  const built = await buildRecipe({ stage, example, signal });
  try {
    const compared = await plimsoll(
      stage,
      ['compare', `docker:${built.tag}`, `docker:${tags.lean}`, '--json'],
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
