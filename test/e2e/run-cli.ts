import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** How the command line is run. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** Runs `plimsoll` as a user would: a process of its own. */
export async function plimsoll(args: readonly string[], options: CliOptions = {}): Promise<RunResult> {
  return runProcess(process.execPath, [main, ...args], {
    ...options,
    env: { NO_COLOR: '1', ...inject('lab')?.environment, ...options.env },
    keepCharacters: 20_000_000,
  });
}

/** An empty folder that goes when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project folder of its own with the given files. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A copy of an example project. */
export function exampleCopy(name: string): string {
  const folder = join(scratch(), name);
  cpSync(join(import.meta.dirname, '..', '..', 'examples', name), folder, {
    recursive: true,
    filter: (path) => !path.includes('.plimsoll'),
  });
  return folder;
}

/** `--build-arg` options for the lab's package indexes. */
export function labBuildArgs(): string[] {
  return Object.entries(inject('lab')?.buildArgs ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
}
