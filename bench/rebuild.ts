import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UserError } from '../src/base/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import type { Bench } from './bench.ts';
import { recipeFile } from './build-recipe.ts';
import { measureRebuilds, mostRuns } from './rebuild-measure.ts';
import { addedRequirements, prepareProjects } from './rebuild-projects.ts';
import { holds, rebuildReport } from './rebuild-report.ts';
import { setTheStage, standInLines } from './stage.ts';

/** What a build and the push after it cost, cold and after small changes. */
export const rebuild: Bench = {
  name: 'rebuild',
  usage: '[--example churn-api] [--runs 3] [--json]',
  summary:
    'build and push, cold and after small changes: as it is, by the well-known recipe, after slim; goals 1/40 and 1/8',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        example: { type: 'string', default: 'churn-api' },
        runs: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
      },
    });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1 || runs > mostRuns)
      throw new UserError(`--runs must be a whole number from 1 to ${mostRuns}, not ${values.runs}.`);
    const { example } = values;
    for (const path of [exampleFolder(example), recipeFile(example)])
      await access(path).catch((cause: unknown) => {
        throw new UserError(`There is no example "${example}" with a recipe.`, { cause });
      });
    const stage = await setTheStage({ example, requirements: addedRequirements });
    const stamp = randomBytes(4).toString('hex');
    const projects = await prepareProjects({ stage, example, stamp, signal });
    try {
      const rebuilds = await measureRebuilds({ stage, projects, runs, stamp, signal });
      const report = { example, runs, rebuilds };
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ schema: 'plimsoll.bench.rebuild/2', ...report, notes: stage.notes }, undefined, 2)}\n`
          : `${rebuildReport(report)}${standInLines(stage)}`,
      );
      return holds(report) ? 0 : 1;
    } finally {
      await projects.remove();
    }
  },
};
