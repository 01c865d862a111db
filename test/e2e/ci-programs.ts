import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { cliFile } from './run-cli.ts';

/** Writes a program into a directory. */
export function program(folder: string, name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

/** The command line, as a line of a shell script. */
export const runPlimsoll: string = `exec '${process.execPath}' '${cliFile}'`;

/** The digest that a tag names in the lab's registry; undefined where it names none. */
export async function digestOf(repository: string, tag: string): Promise<string | undefined> {
  const [host = '', ...path] = repository.split('/');
  const accept = ['vnd.oci.image.manifest.v1', 'vnd.docker.distribution.manifest.v2'].map(
    (type) => `application/${type}+json`,
  );
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept: accept.join(', ') },
  });
  return answer.status === 200 ? (answer.headers.get('docker-content-digest') ?? undefined) : undefined;
}

/** A repository in the lab's registry that is nobody else's. */
export function uniqueRepository(): string {
  return `${inject('lab')?.registry.replace(/^https?:\/\//, '')}/ci-${randomBytes(6).toString('hex')}`;
}
