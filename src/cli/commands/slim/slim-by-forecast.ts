import { basename } from 'node:path';
import { compareImages } from '../../../compare/index.ts';
import { type DockerfileModel, parseDockerfile, resolveDockerfile } from '../../../dockerfile/index.ts';
import { type Plan, plimsollDir, writeLeanFiles } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { forecastBuild } from '../../forecast-project.ts';
import { pairForecasts } from './pair-forecasts.ts';
import { planProject } from './plan-project.ts';
import { projectFindings } from './project-findings.ts';
import { reportOf } from './report-of.ts';
import type { SlimOutcome, SlimTask } from './slim-task.ts';

/** Plans and writes as with an engine, but compares what would be built: sizes of wheels and of known bases and packages. */
export async function slimByForecast(task: SlimTask): Promise<SlimOutcome> {
  const { project, study, target, options, environment } = task;
  // What Plimsoll keeps in the project is sent to no build.
  const contextFiles = project.context.files.filter((file) => !file.path.startsWith(`${plimsollDir}/`));
  const name = basename(project.directory);
  const { platform } = options;
  const fat = await resolving(environment, 'what the image would install', () =>
    forecastBuild(
      { project, model: project.dockerfile.model, sentFiles: contextFiles, platform, withLibraries: true },
      environment,
    ),
  );
  const { plan, sentPaths } = await planProject(task, fat.linked);
  const files = await writeLeanFiles(project.directory, plan.files);
  const isIgnored = plan.edits.some((edit) => edit.id === 'dockerignore');
  const leanPaths = new Set(sentPaths);
  const lean = await resolving(environment, 'what the lean image would install', () =>
    forecastBuild(
      {
        project,
        model: leanModel(plan, task),
        files: new Map(plan.files.map((file) => [file.path, file.content])),
        sentFiles: contextFiles.filter(({ path }) => !isIgnored || leanPaths.has(path)),
        platform,
      },
      environment,
    ),
  );
  const told = pairForecasts(fat, lean);
  const report = reportOf({
    projectDir: project.directory,
    commandLine: task.commandLine,
    standInNotes: [],
    target,
    comparison: compareImages({
      fat: { kind: 'forecast', name: `${name}:fat`, rows: told.fatRows },
      lean: { kind: 'forecast', name: `${name}:lean`, rows: told.leanRows },
      uplinkBitsPerSecond: options.uplinkBitsPerSecond,
    }),
    plan,
    wholePlan: plan,
    takenBack: [],
    skipped: options.skipped,
    findings: await projectFindings(project, study),
    files,
    missing: told.missing,
    warnings: told.warnings,
  });
  return { report, files: plan.files, verdict: 'unverified' };
}

async function resolving<T>(environment: CliEnvironment, what: string, work: () => Promise<T>): Promise<T> {
  const step = environment.progress.start(`resolving ${what}`);
  try {
    return await work();
  } finally {
    step.done();
    environment.signal.throwIfAborted();
  }
}

function leanModel(plan: Plan, { project }: SlimTask): DockerfileModel {
  return resolveDockerfile(parseDockerfile(plan.files[0]?.content ?? ''), {
    buildArgs: project.buildArgs,
    ...(project.target === undefined ? {} : { target: project.target }),
  });
}
