import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buffer as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { decodeLossless, messageOf, UserError, writeFileWhole } from '../../../base/index.ts';
import { fixDockerfile, type LintFinding, lintDockerfile } from '../../../dockerfile/index.ts';
import type { LintedFile } from '../../../report/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { type LintSettings, readLintSettings } from './lint-settings.ts';

const severities = ['style', 'info', 'warning', 'error', 'never'] as const;
const schema = z.object({
  files: z.array(z.string()).default([]),
  format: z.enum(['table', 'json', 'sarif', 'github', 'line']),
  json: z.boolean().default(false),
  failOn: z.enum(severities).optional(),
  fix: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
type Options = z.output<typeof schema>;

/** `plimsoll lint`: reads Dockerfiles, checks them, corrects them where asked to, and prints what is left. */
export async function runLint(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const options = schema.parse(given);
  const environment = readEnvironment(signal, true);
  const settings = await readLintSettings(environment.cwd);
  const names = await filesOf(options.files, environment.cwd);
  const linted: LintedFile[] = [];
  for (const file of names) linted.push(await lintFile(file, settings, environment));
  signal.throwIfAborted();
  if (options.dryRun) {
    environment.write(await diffsOf(linted));
    return exitCodeOf(linted, options, settings);
  }
  const left = options.fix ? await fixAll(linted, settings, environment) : linted;
  environment.write(await render(left, options, environment));
  return exitCodeOf(left, options, settings);
}

async function lintFile(file: string, settings: LintSettings, { cwd }: CliEnvironment): Promise<LintedFile> {
  const text = await readText(file, cwd);
  return { file, text, findings: lintDockerfile(text, { ...settings, fileName: file }) };
}

async function readText(file: string, cwd: string): Promise<string> {
  if (file === '-') return decodeLossless(await readAll(process.stdin));
  const bytes = await readFile(resolve(cwd, file)).catch((cause: unknown) => {
    throw new UserError(`${file} cannot be read: ${messageOf(cause)}`, {
      hint: 'Name a Dockerfile, or - for standard input.',
      cause,
    });
  });
  return decodeLossless(bytes);
}

/** What is to be checked: files as they are named, the Dockerfiles of directories, and those of `cwd` where nothing is named. */
async function filesOf(named: readonly string[], cwd: string): Promise<readonly string[]> {
  const files = await Promise.all(
    (named.length > 0 ? named : ['.']).map(async (name) => {
      const found = name === '-' ? undefined : await stat(resolve(cwd, name)).catch(() => undefined);
      return found?.isDirectory() === true ? await findDockerfiles(name, cwd) : [name];
    }),
  );
  return files.flat();
}

async function findDockerfiles(directory: string, cwd: string): Promise<readonly string[]> {
  const names = (await readdir(resolve(cwd, directory))).filter((name) => !name.endsWith('.dockerignore'));
  const found = names.includes('Dockerfile')
    ? ['Dockerfile']
    : names.filter((name) => /^(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.Dockerfile$/i.test(name)).sort();
  if (found.length > 0) return found.map((name) => join(directory, name));
  throw new UserError(`There is no Dockerfile in ${directory === '.' ? 'this directory' : directory}.`, {
    hint: 'Name one: plimsoll lint FILE.',
  });
}

async function fixAll(
  linted: readonly LintedFile[],
  settings: LintSettings,
  environment: CliEnvironment,
): Promise<readonly LintedFile[]> {
  const left: LintedFile[] = [];
  for (const { file, text, findings } of linted) {
    if (file === '-')
      throw new UserError('--fix cannot write standard input.', { hint: 'Take --dry-run, or name a file.' });
    const fixed = fixDockerfile(text, findings);
    if (fixed !== text) {
      const target = await realpath(resolve(environment.cwd, file));
      await writeFileWhole(target, fixed, (await stat(target)).mode & 0o7777);
    }
    left.push(await lintFile(file, settings, environment));
  }
  return left;
}

async function diffsOf(linted: readonly LintedFile[]): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  return linted
    .flatMap(({ file, text, findings }) => {
      const fixed = fixDockerfile(text, findings);
      return fixed === text
        ? []
        : [createTwoFilesPatch(`a/${file}`, `b/${file}`, text, fixed, '', '', { context: 3 })];
    })
    .join('');
}

async function render(
  files: readonly LintedFile[],
  options: Options,
  environment: CliEnvironment,
): Promise<string> {
  const report = await import('../../../report/index.ts');
  switch (options.json ? 'json' : options.format) {
    case 'json':
      return report.lintJson(files);
    case 'sarif': {
      const { version } = await import('../../version.ts');
      return report.lintSarif(files, { version: version() });
    }
    case 'github':
      return report.lintAnnotations(files);
    case 'line':
      return report.lintLines(files);
    default:
      return report.lintTable(files, { width: environment.columns, hasColour: environment.isColour });
  }
}

function exitCodeOf(files: readonly LintedFile[], options: Options, settings: LintSettings): ExitCode {
  const threshold = severities.indexOf(options.failOn ?? settings.failOn ?? 'warning');
  const isHeavy = ({ severity }: LintFinding): boolean => severities.indexOf(severity) >= threshold;
  return files.some(({ findings }) => findings.some(isHeavy)) ? exitCodes.findings : exitCodes.clean;
}
