import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodeLossless, messageOf, UserError } from '../../../base/index.ts';
import {
  fixDockerfile,
  type LintFinding,
  type LintOptions,
  type LintProject,
  lintModel,
  parseDockerfile,
  resolveDockerfile,
} from '../../../dockerfile/index.ts';
import {
  type LintedFile,
  lintAnnotations,
  lintJson,
  lintLines,
  lintSarif,
  lintTable,
} from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { replaceFile } from '../../replace-file.ts';
import { findDockerfiles } from './find-dockerfiles.ts';
import { type LintSettings, readLintSettings } from './lint-settings.ts';
import { guessContext, type LintedBuild, readLintProject } from './read-lint-project.ts';

const severities = ['style', 'info', 'warning', 'error', 'never'] as const;

/** What the command line says; commander has checked the choices. */
export interface LintRequest {
  readonly files: readonly string[];
  readonly format: 'table' | 'json' | 'sarif' | 'github' | 'line';
  readonly json?: boolean;
  readonly failOn?: (typeof severities)[number];
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  /** Build context; guessed where it is not given. */
  readonly context?: string;
}

/** What a run has at hand. */
interface LintRun {
  readonly request: LintRequest;
  readonly settings: LintSettings;
  readonly environment: CliEnvironment;
}

/** `plimsoll lint`: reads Dockerfiles, checks them, corrects them where asked to, and prints what is left. */
export async function runLint(request: LintRequest, signal: AbortSignal): Promise<ExitCode> {
  const environment = readEnvironment(signal, true);
  if (request.fix === true && request.dryRun !== true && request.files.includes('-')) {
    throw new UserError('--fix cannot write standard input.', {
      hint: 'Take --dry-run, which prints the corrections as a diff, or name a file.',
    });
  }
  const { context } = request;
  if (context !== undefined) await refuseNoDirectory(context, environment.cwd);
  const run: LintRun = { request, environment, settings: await readLintSettings(environment.cwd) };
  const names = await findDockerfiles(request.files, environment.cwd);
  const linted: LintedFile[] = [];
  for (const file of names) linted.push(await lintFile(file, run));
  signal.throwIfAborted();
  if (request.dryRun === true) {
    environment.write(await diffsOf(linted));
    return conclude(linted, run);
  }
  const left = request.fix === true ? await fixAll(linted, run) : linted;
  environment.write(await render(left, run));
  return conclude(left, run);
}

async function refuseNoDirectory(context: string, cwd: string): Promise<void> {
  const found = await stat(resolve(cwd, context)).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new UserError(`${context} is no directory.`, {
    hint: 'Let --context name the directory that docker build is given.',
  });
}

/** A file that cannot be checked is told with the others: it ends the run only when all have been looked at. */
async function lintFile(file: string, run: LintRun): Promise<LintedFile> {
  const { request, settings, environment } = run;
  try {
    const text = await readText(file, environment.cwd);
    const syntax = parseDockerfile(text, file);
    const model = resolveDockerfile(syntax, { fileName: file });
    const project = await projectAround(file, { syntax, model }, run);
    const options: LintOptions = { ...settings, fileName: file, project };
    const isChanged = request.fix === true || request.dryRun === true;
    const fixed = isChanged ? fixDockerfile(text, options) : undefined;
    return { file, text, findings: lintModel(syntax, model, options), fixed };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, text: '', findings: [], fixed: undefined, problem: error };
  }
}

async function projectAround(
  file: string,
  read: Pick<LintedBuild, 'syntax' | 'model'>,
  { request, environment: { cwd } }: LintRun,
): Promise<LintProject> {
  const dockerfile = file === '-' ? undefined : resolve(cwd, file);
  const context =
    request.context === undefined ? guessContext(read.model, dockerfile, cwd) : resolve(cwd, request.context);
  return readLintProject({ ...read, dockerfile, context });
}

async function readText(file: string, cwd: string): Promise<string> {
  try {
    const bytes = file === '-' ? await readInput() : await readFile(resolve(cwd, file));
    return decodeLossless(bytes);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : messageOf(cause);
    throw new UserError(`${file === '-' ? 'Standard input' : file} cannot be read: ${why}`, {
      hint: 'Name a Dockerfile, a directory with one, or - for standard input.',
      cause,
    });
  }
}

async function readInput(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function fixAll(linted: readonly LintedFile[], run: LintRun): Promise<readonly LintedFile[]> {
  const left: LintedFile[] = [];
  for (const one of linted) {
    if (one.fixed === undefined || one.fixed === one.text) {
      left.push(one);
      continue;
    }
    await replaceFile(resolve(run.environment.cwd, one.file), one.text, one.fixed);
    left.push({ ...(await lintFile(one.file, run)), correctedCount: correctedCount(one) });
  }
  return left;
}

function correctedCount({ findings }: LintedFile): number {
  return findings.filter(({ edits }) => edits.length > 0).length;
}

async function diffsOf(linted: readonly LintedFile[]): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  return linted
    .flatMap(({ file, text, fixed = text }) =>
      fixed === text
        ? []
        : [createTwoFilesPatch(`a/${file}`, `b/${file}`, text, fixed, '', '', { context: 3 })],
    )
    .join('');
}

async function render(files: readonly LintedFile[], { request, environment }: LintRun): Promise<string> {
  switch (request.json === true ? 'json' : request.format) {
    case 'json':
      return lintJson(files);
    case 'sarif': {
      const { version } = await import('../../version.ts');
      return lintSarif(files, { version: version() });
    }
    case 'github':
      return lintAnnotations(files);
    case 'line':
      return lintLines(files);
    default:
      return lintTable(files, { width: environment.columns, hasColour: environment.isColour });
  }
}

/** Throws a `UserError` when a file could not be checked: what is printed is not all. */
function conclude(files: readonly LintedFile[], { request, settings }: LintRun): ExitCode {
  const problems = files.flatMap(({ problem }) => problem ?? []);
  const [first] = problems;
  if (first !== undefined && problems.length === 1) throw first;
  if (first !== undefined) {
    throw new UserError(
      `${problems.length} files could not be checked:\n${problems.map(({ message }) => `  ${message}`).join('\n')}`,
      { hint: 'Correct these, or leave them out; the others were checked.' },
    );
  }
  const threshold = severities.indexOf(request.failOn ?? settings.failOn ?? 'warning');
  const isHeavy = ({ severity }: LintFinding): boolean => severities.indexOf(severity) >= threshold;
  return files.some(({ findings }) => findings.some(isHeavy)) ? exitCodes.findings : exitCodes.clean;
}
