import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { runProcess, UserError } from '../src/base/index.ts';
import { median } from './statistics.ts';

/** A program, or several in a shell, that reads an image. */
export interface Contender {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What is removed before each run: caches, and what the run before wrote. */
  readonly removes?: readonly string[];
  /** The program prints the seconds that count, without its start. */
  readonly printsSeconds?: true;
}

/** Contenders over one image. */
export interface Group {
  readonly title: string;
  /** Files that go into the page cache first, so that no contender pays for the disk. */
  readonly files: readonly string[];
  readonly contenders: readonly Contender[];
}

/** What a contender took. */
export interface Reading {
  readonly title: string;
  readonly seconds: readonly number[];
  /** Of all processors together, user and system; empty where GNU time is missing. */
  readonly cpuSeconds: readonly number[];
  /** The most that one of its processes had in memory; undefined where GNU time is missing. */
  readonly memoryBytes: number | undefined;
}

/** A group's readings in its own order. */
export interface GroupReading {
  readonly title: string;
  readonly readings: readonly Reading[];
}

/** Runs every contender in turn, `runs` times. */
export async function measureGroup(group: Group, runs: number, signal: AbortSignal): Promise<GroupReading> {
  const all = group.contenders.map((contender) => ({ contender, runs: [] as Run[] }));
  for (let run = 0; run < runs; run += 1) {
    for (const one of all) {
      console.error(`${group.title}, ${run + 1} of ${runs}: ${one.contender.title}`);
      await runProcess('sh', ['-c', 'cat "$@" >/dev/null', 'cat', ...group.files], { signal });
      one.runs.push(await runContender(one.contender, signal));
    }
  }
  const readings = all.map(({ contender, runs: done }) => {
    const memory = done.flatMap(({ memoryBytes }) => memoryBytes ?? []);
    return {
      title: contender.title,
      seconds: done.map(({ seconds }) => seconds),
      cpuSeconds: done.flatMap(({ cpuSeconds }) => cpuSeconds ?? []),
      memoryBytes: memory.length === 0 ? undefined : median(memory),
    };
  });
  return { title: group.title, readings };
}

/** One run of a contender. */
export interface Run {
  readonly seconds: number;
  /** Of all processors together, user and system. */
  readonly cpuSeconds: number | undefined;
  readonly memoryBytes: number | undefined;
}

const gnuTime = '/usr/bin/time';

/** Runs a contender once, whole process; rejects with a `UserError` that quotes it when it fails. */
export async function runContender(contender: Contender, signal: AbortSignal): Promise<Run> {
  const { title, command, args, env, removes = [] } = contender;
  for (const path of removes) await rm(path, { recursive: true, force: true });
  const hasTime = existsSync(gnuTime);
  const words = hasTime ? [gnuTime, '-f', '%U + %S s, kilobytes %M', command, ...args] : [command, ...args];
  const startedAt = performance.now();
  const result = await runProcess(words[0] ?? command, words.slice(1), {
    signal,
    keepCharacters: 4000,
    ...(env === undefined ? {} : { env }),
  });
  const wallSeconds = (performance.now() - startedAt) / 1000;
  if (result.code !== 0) throw new UserError(`${title} failed: ${result.stderr.trim()}`);
  const [, user, system, kilobytes] = /([\d.]+) \+ ([\d.]+) s, kilobytes (\d+)\s*$/.exec(result.stderr) ?? [];
  return {
    seconds: contender.printsSeconds ? Number(result.stdout) : wallSeconds,
    cpuSeconds: user === undefined ? undefined : Number(user) + Number(system),
    memoryBytes: kilobytes === undefined ? undefined : Number(kilobytes) * 1024,
  };
}
