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
import type { InlineDockerfile } from '../../../project/index.ts';
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
import type { LintInput } from './found-dockerfiles.ts';
import type { LintSettings } from './lint-configuration.ts';
import { readLintSettings } from './lint-settings.ts';
import type { LintedBuild } from './linted-build.ts';
import { guessContext, readLintProject } from './read-lint-project.ts';

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
  const environment = readEnvironment(signal);
  if (request.fix === true && request.dryRun !== true && request.files.includes('-')) {
    throw new UserError('--fix cannot write standard input.', {
      hint: 'Take --dry-run, which prints the corrections as a diff, or name a file.',
    });
  }
  const { context } = request;
  if (context !== undefined) await refuseNoDirectory(context, environment.cwd);
  const run: LintRun = { request, environment, settings: await readLintSettings(environment.cwd) };
  const { inputs, notes } = await findDockerfiles(request.files, environment.cwd);
  for (const note of notes) environment.progress.note(note);
  const linted: LintedFile[] = [];
  for (const input of inputs) linted.push(await lintInput(input, run));
  signal.throwIfAborted();
  if (request.dryRun === true) {
    environment.write(await diffsOf(linted));
    return conclude(linted, run);
  }
  const left = request.fix === true ? await fixAll(inputs, linted, run) : linted;
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
async function lintInput(input: LintInput, run: LintRun): Promise<LintedFile> {
  const { file } = input;
  try {
    return await (input.inline === undefined ? lintFile(input, run) : lintInline(input, input.inline, run));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, text: '', findings: [], fixed: undefined, problem: error };
  }
}

async function lintFile(input: LintInput, run: LintRun): Promise<LintedFile> {
  const { request, environment } = run;
  const { file } = input;
  const text = await readText(file, environment.cwd);
  const { findings, options } = await lintText(text, input, run);
  const isChanged = request.fix === true || request.dryRun === true;
  return { file, text, findings, fixed: isChanged ? fixDockerfile(text, options) : undefined };
}

/** What stands in a compose file is reported there, and left to its owner's hand. */
async function lintInline(input: LintInput, inline: InlineDockerfile, run: LintRun): Promise<LintedFile> {
  const { placedInCompose, problemInCompose } = await import('./inline-place.ts');
  try {
    const { findings } = await lintText(inline.text, input, run);
    const placed = findings.map((finding) => placedInCompose(finding, inline));
    return { file: input.file, text: inline.fileText, findings: placed, fixed: undefined };
  } catch (error) {
    throw error instanceof UserError ? problemInCompose(error, input.file, inline) : error;
  }
}

async function lintText(
  text: string,
  input: LintInput,
  run: LintRun,
): Promise<{ readonly findings: readonly LintFinding[]; readonly options: LintOptions }> {
  const fileName = input.file;
  const syntax = parseDockerfile(text, fileName);
  const model = resolveDockerfile(syntax, { fileName });
  const project = await projectAround(input, { syntax, model }, run);
  const options: LintOptions = { ...run.settings, fileName, project };
  return { findings: lintModel(syntax, model, options), options };
}

async function projectAround(
  { file, context: named, contextNames, inline }: LintInput,
  read: Pick<LintedBuild, 'syntax' | 'model'>,
  { request, environment: { cwd } }: LintRun,
): Promise<LintProject> {
  const dockerfile = file === '-' || inline !== undefined ? undefined : resolve(cwd, file);
  const context =
    request.context === undefined
      ? (named ?? guessContext(read.model, dockerfile, cwd))
      : resolve(cwd, request.context);
  return readLintProject({ ...read, dockerfile, context, contextNames, cwd });
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

async function fixAll(
  inputs: readonly LintInput[],
  linted: readonly LintedFile[],
  run: LintRun,
): Promise<readonly LintedFile[]> {
  const left: LintedFile[] = [];
  for (const [at, one] of linted.entries()) {
    const input = inputs[at];
    if (input === undefined || one.fixed === undefined || one.fixed === one.text) {
      left.push(one);
      continue;
    }
    await replaceFile(resolve(run.environment.cwd, one.file), one.text, one.fixed);
    left.push({ ...(await lintInput(input, run)), correctedCount: correctedCount(one) });
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
