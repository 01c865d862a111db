import { parseArgs } from 'node:util';
import { formatBytes, UserError } from '../src/base/index.ts';
import type { Bench } from './bench.ts';
import { type Measured, measureForecast } from './forecast-measure.ts';
import { type ForecastProject, forecastProjects } from './forecast-projects.ts';
import { setTheStage, standInLines } from './stage.ts';
import { textTable } from './text-table.ts';

/** The most that a forecast may be off, in percent. */
const mostPercent = 5;

/** What `slim --no-build` says of a project against what an engine builds of it. */
export const forecast: Bench = {
  name: 'forecast',
  usage: '[--project NAME]… [--groups] [--json]',
  summary: 'forecast against built size, fat and lean, of the examples and of the end-to-end projects',
  async run(words, signal) {
    const { values } = parseArgs({
      args: [...words],
      options: {
        project: { type: 'string', multiple: true, default: [] },
        groups: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const chosen = chooseProjects(values.project);
    const needsTorch = chosen.some(({ needs }) => needs === 'torch');
    const stage = await setTheStage({
      example: needsTorch ? 'sentiment-api' : 'churn-api',
      requirements: chosen.flatMap(({ requirements = [] }) => requirements),
    });
    const measured: Measured[] = [];
    for (const project of chosen) measured.push(...(await measureForecast(stage, project, signal)));
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schema: 'plimsoll.bench.forecast/1', images: measured, notes: stage.notes }, undefined, 2)}\n`
        : `${report(measured, values.groups)}${standInLines(stage)}`,
    );
    return measured.every((one) => isHeld(one)) ? 0 : 1;
  },
};

function chooseProjects(names: readonly string[]): readonly ForecastProject[] {
  if (names.length === 0) return forecastProjects;
  return names.map((name) => {
    const found = forecastProjects.find((one) => one.name === name);
    if (found !== undefined) return found;
    throw new UserError(`There is no project "${name}" for this bench.`, {
      hint: `Projects: ${forecastProjects.map((one) => one.name).join(', ')}`,
    });
  });
}

function isHeld(one: Measured): boolean {
  return isInRange(one) && Math.abs(errorPercent(one)) <= mostPercent && one.missing.length === 0;
}

function isInRange({ forecast: { contentBytes, uncertaintyBytes }, builtBytes }: Measured): boolean {
  return Math.abs(contentBytes - builtBytes) <= uncertaintyBytes;
}

function errorPercent({ forecast: { contentBytes }, builtBytes }: Measured): number {
  return (100 * (contentBytes - builtBytes)) / builtBytes;
}

function report(measured: readonly Measured[], withGroups: boolean): string {
  const rows = measured.flatMap((one) => [
    [
      one.project,
      one.image,
      `${formatBytes(one.forecast.contentBytes)} ± ${formatBytes(one.forecast.uncertaintyBytes)}`,
      formatBytes(one.builtBytes),
      percent(errorPercent(one)),
      isInRange(one) ? 'yes' : 'NO',
    ],
    ...(withGroups ? one.groups : []).map(({ title, forecastBytes, builtBytes }) => [
      '',
      `  ${title}`,
      formatBytes(forecastBytes),
      formatBytes(builtBytes),
      builtBytes === 0 ? '' : percent((100 * (forecastBytes - builtBytes)) / builtBytes),
      '',
    ]),
  ]);
  const untold = measured.flatMap(({ project, image, missing }) =>
    missing.map((why) => `  ${project}, ${image}: ${why}`),
  );
  const worst = Math.max(...measured.map((one) => Math.abs(errorPercent(one))));
  const held = measured.filter(isHeld).length;
  return [
    textTable(['project', 'image', 'forecast', 'built', 'error', 'in range'], rows),
    '',
    `${held} of ${measured.length} within ${mostPercent}% and within their range; the largest error is ${worst.toFixed(1)}%.`,
    ...(untold.length === 0 ? [] : ['Parts that no forecast could tell:', ...untold]),
    '',
  ].join('\n');
}

function percent(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}%`;
}
