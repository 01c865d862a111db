import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { type Engine, findEngines } from '../../../engines/index.ts';
import { readProject } from '../../../project/index.ts';
import {
  type SlimReport,
  slimExplanation,
  slimExplanationJson,
  slimHtml,
  slimJson,
  slimMarkdown,
  slimTable,
} from '../../../report/index.ts';
import { plimsollDir, sourcesOf, studyProject, withoutOwnOutput } from '../../../slim/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { InterruptedBuildError } from '../../interrupted-build-error.ts';
import { findService } from '../../service/find-service.ts';
import { writeOutput } from '../../write-output.ts';
import { apply, refuseDirtyTree } from './apply.ts';
import { decideTarget } from './decide-target.ts';
import { planProject } from './plan-project.ts';
import { withPathPlaces } from './setting-place.ts';
import { slimByForecast } from './slim-by-forecast.ts';
import { parseSlimOptions, type SlimOptions } from './slim-options.ts';
import { readSlimSettings } from './slim-settings.ts';
import type { SlimTask } from './slim-task.ts';
import { slimWithEngine } from './slim-with-engine.ts';

const directorySchema = z.object({ directory: z.string(), quiet: z.boolean().default(false) });

/** `plimsoll slim`: reads, plans, writes, builds, verifies, compares, reports, and applies where asked to. */
export async function runSlim(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const { directory, quiet } = directorySchema.parse(given);
  const environment = readEnvironment(signal, quiet);
  const settings = await readSlimSettings(resolve(environment.cwd, directory));
  const options = parseSlimOptions(given, settings, environment);
  const task = await withPathPlaces(given, settings, () => prepare(options, environment));
  if (options.isExplain) {
    environment.write(await explain(task));
    return exitCodes.clean;
  }
  // Known now, and not only after the builds.
  if (options.isApply && !options.isForce) await refuseDirtyTree(task.project.directory);
  const engine = options.isBuild ? await chooseEngine(options, environment) : undefined;
  const outcome = engine === undefined ? await slimByForecast(task) : await slimByBuilding(task, engine);
  const report = await writeReports(task, outcome.report);
  environment.write(rendered(report, options, environment));
  if (outcome.verdict === 'different') return exitCodes.findings;
  if (options.isApply) {
    await apply(
      {
        projectDir: task.project.directory,
        files: outcome.files,
        isForce: options.isForce,
        verdict: outcome.verdict,
      },
      environment,
    );
  }
  return outcome.verdict === 'cannot-judge' ? exitCodes.cannotJudge : exitCodes.clean;
}

/** The plan alone, from the project's files: no engine, no network. */
async function explain(task: SlimTask): Promise<string> {
  const { plan } = await planProject(task);
  const { columns, isColour } = task.environment;
  const edits = plan.edits.map((edit) => ({ ...edit, sources: sourcesOf(edit.id) }));
  const explained = { ...plan, edits };
  return task.options.output === 'json'
    ? slimExplanationJson(explained)
    : slimExplanation(explained, { width: columns, hasColour: isColour });
}

async function slimByBuilding(task: SlimTask, engine: Engine): ReturnType<typeof slimWithEngine> {
  try {
    return await slimWithEngine(task, engine);
  } catch (cause) {
    if (!task.environment.signal.aborted) throw cause;
    throw new InterruptedBuildError('Interrupted.', { cause });
  }
}

async function prepare(options: SlimOptions, environment: CliEnvironment): Promise<SlimTask> {
  const directory = resolve(environment.cwd, options.directory);
  const whole = await readProject(directory, {
    dockerfile: options.file,
    composeFile: options.composeFile,
    target: options.stage,
    buildArgs: options.buildArgs,
  });
  for (const choice of whole.choices) environment.progress.note(choice);
  const project = withoutOwnOutput(whole);
  const study = await studyProject(project);
  const target = await decideTarget(project, study, options.target);
  const commandLine = `plimsoll slim ${options.directory}${options.target === 'auto' ? '' : ` --target ${options.target}`}`;
  const known = { project, study, target, options, environment, commandLine };
  return { ...known, service: await findService(project, study, options) };
}

/** The engine to build with; undefined where none is to be had and none was asked for by name. */
async function chooseEngine(options: SlimOptions, environment: CliEnvironment): Promise<Engine | undefined> {
  const { engines, refusals } = await findEngines({
    environment: environment.variables,
    signal: environment.signal,
    ...(options.engine === undefined ? {} : { only: [options.engine] }),
  });
  const [engine] = engines;
  if (engine !== undefined) return engine;
  const reasons = refusals.map((refusal) => `${refusal.title}: ${refusal.reason}`);
  if (options.engine !== undefined) {
    throw new UserError(
      `${options.engine} cannot be used${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}.`,
      {
        hint: refusals[0]?.hint ?? `Install ${options.engine}, or leave --engine out.`,
      },
    );
  }
  environment.progress.note(`No container engine answers, so this is a forecast. ${reasons.join('; ')}`);
  return undefined;
}

/** Writes the page, the Markdown and the JSON; the report that comes back names them. */
async function writeReports({ project }: SlimTask, outcome: SlimReport): Promise<SlimReport> {
  const paths = ['report.html', 'report.md', 'report.json'].map((name) =>
    join(project.directory, plimsollDir, name),
  );
  const report = { ...outcome, files: [...outcome.files, ...paths] };
  const texts = [slimHtml(report), slimMarkdown(report), slimJson(report)];
  for (const [position, path] of paths.entries()) await writeOutput(path, texts[position] ?? '');
  return report;
}

function rendered(report: SlimReport, options: SlimOptions, environment: CliEnvironment): string {
  if (options.output === 'json') return slimJson(report);
  if (options.output === 'markdown') return slimMarkdown(report);
  return slimTable(report, { width: environment.columns, hasColour: environment.isColour });
}
