import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { formatBytes, UserError } from '../../../base/index.ts';
import type { ForecastSide } from '../../../compare/index.ts';
import type { Platform } from '../../../image/index.ts';
import { readProject } from '../../../project/index.ts';
import { withoutOwnOutput } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { forecastBuild } from '../../forecast-project.ts';

/** A project in place of an image, and what its numbers do not cover. */
export interface ProjectSide {
  readonly side: ForecastSide;
  /** One sentence each. */
  readonly notes: readonly string[];
}

/** Whether an argument names a project and no image: a directory that holds a Dockerfile, and no image layout. */
export function isProject(name: string, { cwd }: CliEnvironment): boolean {
  const directory = resolve(cwd, name);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return false;
  const holds = (file: string): boolean => existsSync(join(directory, file));
  return (
    ['Dockerfile', 'Containerfile'].some(holds) &&
    !['oci-layout', 'manifest.json', 'etc/os-release'].some(holds)
  );
}

/** Forecasts the image that a project's Dockerfile would give. Throws a `UserError` where a part that may be large cannot be told. */
export async function forecastSide(
  name: string,
  environment: CliEnvironment,
  platform: Platform | undefined,
): Promise<ProjectSide> {
  const directory = resolve(environment.cwd, name);
  const project = withoutOwnOutput(await readProject(directory));
  for (const choice of project.choices) environment.progress.note(choice);
  const title = `${basename(directory)} (forecast)`;
  const resolving = environment.progress.start(`resolving what ${name} would install`);
  const forecast = await forecastBuild(
    { project, model: project.dockerfile.model, sentFiles: project.context.files, platform },
    environment,
  ).finally(() => resolving.done());
  const [missing] = forecast.missing;
  if (missing !== undefined)
    throw new UserError(
      `What ${name} would build cannot be told: ${forecast.missing.map(({ because }) => because).join('; ')}.`,
      { hint: missing.hint },
    );
  const uncertainty = forecast.rows.reduce((sum, row) => sum + row.uncertaintyBytes, 0);
  return {
    side: { kind: 'forecast', name: title, rows: forecast.rows, packages: forecast.packages },
    notes: [
      `${title}: nothing was built. Its size is a forecast, true within ${formatBytes(uncertainty)} either way; of packages it knows the Python distributions, and of files and settings nothing, so that these are not compared.`,
      ...forecast.warnings.map(
        ({ text, line }) =>
          `${title}: ${text}${line === undefined ? '' : ` (line ${line} of the Dockerfile)`}.`,
      ),
    ],
  };
}
