import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { type Project, readProject } from '../../../project/index.ts';
import { type IgnoreReport, ignoreJson, ignoreTable, plainText } from '../../../report/index.ts';
import { diffOf, neededPaths, plimsollDir, proposeIgnore, studyProject } from '../../../slim/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { replaceFile } from '../../replace-file.ts';
import { contextUses } from './context-uses.ts';
import { findSources } from './present-sources.ts';
import { type JudgedIgnore, judgeContext, sentWith } from './report-of.ts';
import { findSecretFiles } from './sent-secrets.ts';

const schema = z
  .object({
    directory: z.string(),
    file: z.string().optional(),
    buildArg: z.array(z.string().regex(/^[^=]+=/, '--build-arg must be NAME=value')).default([]),
    fix: z.boolean().default(false),
    dryRun: z.boolean().default(false),
    json: z.boolean().default(false),
    quiet: z.boolean().default(false),
  })
  .readonly();
type Options = z.output<typeof schema>;

/** `plimsoll ignore`: reads the context, judges it, and writes the ignore file where asked to. */
export async function runIgnore(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map((issue) => issue.message).join('; '));
  const options = parsed.data;
  const environment = readEnvironment(signal, options.quiet);
  const project = await readProject(options.directory, {
    dockerfile: options.file,
    acceptsAnyStage: true,
    buildArgs: Object.fromEntries(options.buildArg.map((pair) => pair.split(/=(.*)/s, 2))),
  });
  const judged = await judge(project);
  const changed = await change(project, judged, options);
  signal.throwIfAborted();
  environment.write(textOf(changed, options, environment));
  if (options.dryRun && !options.json) noteFindings(changed, environment);
  return exitCodeOf(changed);
}

async function judge(project: Project): Promise<JudgedIgnore> {
  const study = await studyProject(project);
  const { advice } = proposeIgnore(project, study, []);
  const uses = contextUses(project.dockerfile.model, project.dockerfile.syntax.escape);
  const [present, secrets, unusedIgnoreFiles] = await Promise.all([
    findSources(project.directory, uses),
    findSecretFiles(project.directory, project.walked.sent),
    findUnused(project),
  ]);
  // The folder of this program is no concern of a project that has none.
  const hasOwn = project.context.directories.some(({ path }) => path === plimsollDir);
  const suggestions = advice.suggestions.filter(({ kind }) => kind !== 'plimsoll' || hasOwn);
  const isNeeded = neededPaths(project, study);
  const keptSecrets = secrets.flatMap(({ path }) => {
    const reason = isNeeded(path);
    return reason === undefined ? [] : [{ path, kind: 'secret', reason }];
  });
  const known = new Set(advice.kept.map(({ path }) => path));
  const kept = [...advice.kept, ...keptSecrets.filter(({ path }) => !known.has(path))];
  return judgeContext({ project, uses, present, suggestions, kept, secrets, unusedIgnoreFiles });
}

/** Ignore files that lie there and that Docker passes by. */
async function findUnused(project: Project): Promise<readonly string[]> {
  const own = project.dockerignore?.path;
  if (own === undefined || own === '.dockerignore') return [];
  const isThere = await access(join(project.directory, '.dockerignore')).then(
    () => true,
    () => false,
  );
  return isThere ? ['.dockerignore'] : [];
}

/** The report with the change of the ignore file; after a change that was written, with what is left to complain about. */
async function change(project: Project, judged: JudgedIgnore, options: Options): Promise<IgnoreReport> {
  const { report, content } = judged;
  if (!options.fix && !options.dryRun) return report;
  const { path } = report.ignoreFile;
  const previous = project.dockerignore?.text;
  const isChanged = content !== (previous ?? '');
  const diff = isChanged ? diffOf([{ path, content, previous }]) : '';
  if (!isChanged || options.dryRun) return { ...report, fix: { path, isWritten: false, diff } };
  await replaceFile(join(project.directory, path), previous, content);
  const left = new Set(sentWith(content, path, project).map((file) => file.path));
  return {
    ...report,
    secrets: report.secrets.filter((secret) => left.has(secret.path)),
    fix: { path, isWritten: true, diff },
  };
}

function textOf(report: IgnoreReport, options: Options, environment: CliEnvironment): string {
  if (options.json) return ignoreJson(report);
  if (options.dryRun) return report.fix?.diff ?? '';
  return ignoreTable(report, { width: environment.columns, hasColour: environment.isColour });
}

/** Says what the diff does not show. */
function noteFindings({ secrets, cutSources, dockerfile }: IgnoreReport, { progress }: CliEnvironment): void {
  for (const { path, secret } of secrets) progress.note(plainText(`${path} is sent: ${secret}`));
  for (const { source, dockerfileLine, pattern } of cutSources) {
    progress.note(plainText(`${dockerfile}:${dockerfileLine}: ${source} is cut off by ${pattern}`));
  }
}

function exitCodeOf({ secrets, cutSources }: IgnoreReport): ExitCode {
  const isBad = secrets.length > 0 || cutSources.some(({ severity }) => severity === 'error');
  return isBad ? exitCodes.findings : exitCodes.clean;
}
