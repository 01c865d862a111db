import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { type DepsReport, type DepsSeverity, describeDependencies } from '../../../deps/index.ts';
import { depsJson, depsMarkdown, depsTable, type ShownDeps } from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { deliverText, isStandardOutput } from '../../write-output.ts';
import { type DepsOptions, depsOptions } from './deps-options.ts';

/** `plimsoll deps`: reads a project or an image, judges its dependencies, and splits requirements files where asked to. */
export async function runDeps(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const options = depsOptions(given);
  const environment = readEnvironment(signal, options.quiet);
  const report = isProject(options.subject, environment)
    ? await ofProject(options, environment)
    : await ofImage(options, environment);
  signal.throwIfAborted();
  const text = textOf(report, options, environment);
  await deliverText(text, options.output, environment);
  return exitCodeOf(report, options);
}

const projectFile =
  /(?:^|[\\/])(?:[\w.-]*\.(?:txt|in|toml|lock)|Pipfile|(?:.*\.)?(?:Dockerfile|Containerfile)(?:\..*)?)$/i;

/** A directory is a project unless it is an image's layout; whatever names an image by its kind is none. */
function isProject(subject: string, { cwd }: CliEnvironment): boolean {
  if (/^(?:docker|podman|registry|docker-archive|oci|oci-archive|dir):/.test(subject)) return false;
  const path = resolve(cwd, subject);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === true && projectFile.test(path)) {
    throw new UserError(`${subject} is a file of a project, not a project`, {
      hint: 'Give the directory: -r names a requirements file in it, -f a Dockerfile.',
    });
  }
  return found?.isDirectory() === true && !existsSync(join(path, 'oci-layout'));
}

async function ofProject(options: DepsOptions, environment: CliEnvironment): Promise<ShownDeps> {
  const { projectSubject } = await import('./project-subject.ts');
  const read = await projectSubject(options, environment);
  const report = describeDependencies(read.subject);
  if (!options.fix) return report;
  const { fixRequirements } = await import('./fix-requirements.ts');
  return {
    ...report,
    ...(await fixRequirements(read, report, {
      dryRun: options.dryRun,
      signal: environment.signal,
    })),
  };
}

async function ofImage(options: DepsOptions, environment: CliEnvironment): Promise<ShownDeps> {
  const { imageSubject } = await import('./image-subject.ts');
  return describeDependencies(await imageSubject(options, environment));
}

function textOf(report: ShownDeps, options: DepsOptions, environment: CliEnvironment): string {
  if (options.format === 'json') return depsJson(report);
  if (options.dryRun && report.fix !== undefined) {
    for (const one of report.fix.leftAlone) environment.progress.note(`left alone: ${one}`);
    if (report.fix.diff === '' && report.fix.leftAlone.length === 0)
      environment.progress.note('nothing to change: no requirements file holds what only development uses');
    return report.fix.diff;
  }
  if (options.format === 'markdown') return depsMarkdown(report);
  const isShown = isStandardOutput(options.output);
  const columns = isShown ? environment.columns : 100;
  const hasColour = isShown && environment.isColour;
  return depsTable(report, { width: columns, hasColour, isWhole: options.all });
}

const order: readonly (DepsSeverity | 'never')[] = ['info', 'warning', 'error', 'never'];

function exitCodeOf({ findings, incomplete }: DepsReport, { failOn }: DepsOptions): ExitCode {
  const threshold = order.indexOf(failOn);
  if (findings.some(({ severity }) => order.indexOf(severity) >= threshold)) return exitCodes.findings;
  return incomplete.length > 0 ? exitCodes.cannotJudge : exitCodes.clean;
}
