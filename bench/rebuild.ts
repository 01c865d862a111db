import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UserError } from '../src/base/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import type { Bench } from './bench.ts';
import { measureRebuilds, mostRuns } from './rebuild-measure.ts';
import { addedRequirements, prepareProjects } from './rebuild-projects.ts';
import { holds, rebuildReport } from './rebuild-report.ts';
import { setTheStage, standInLines } from './stage.ts';

/** What a rebuild costs after a small change, fat against lean. */
export const rebuild: Bench = {
  name: 'rebuild',
  usage: '[--example churn-api] [--runs 3] [--json]',
  summary: 'seconds, downloads and pushed bytes of a rebuild after a small change, fat against lean',
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
    await access(exampleFolder(example)).catch((cause: unknown) => {
      throw new UserError(`There is no example "${example}".`, { cause });
    });
    const stage = await setTheStage({ example, requirements: addedRequirements });
    const stamp = randomBytes(4).toString('hex');
    const projects = await prepareProjects({ stage, example, stamp, signal });
    try {
      const result = await measureRebuilds({ stage, projects, runs, stamp, signal });
      const report = { example, runs, ...result };
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ schema: 'plimsoll.bench.rebuild/1', ...report, notes: stage.notes }, undefined, 2)}\n`
          : `${rebuildReport(report)}${standInLines(stage)}`,
      );
      return holds(report) ? 0 : 1;
    } finally {
      await projects.remove();
    }
  },
};
