import { posix } from 'node:path';
import { argumentWords, type Instruction } from '../dockerfile/index.ts';

/** A file of the build context, as it is sent. */
export interface SentFile {
  /** Relative to the context, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Something that a COPY put somewhere. */
interface Copied {
  readonly destination: string;
  readonly sizeBytes: number;
}

/**
 * What the instructions of the target stage bring from the build context, in bytes: each COPY and ADD its files, also where they are
 * there already, and each `chown -R` or `chmod -R` behind it once more, since a layer stores changed files whole.
 */
export function copiedBytes(own: readonly Instruction[], files: readonly SentFile[]): number {
  const copied: Copied[] = [];
  let again = 0;
  for (const instruction of own) {
    if (['copy', 'add'].includes(instruction.syntax.keyword)) copied.push(...copiedBy(instruction, files));
    else if (instruction.syntax.keyword === 'run') again += rewrittenBy(instruction, copied);
  }
  return copied.reduce((sum, one) => sum + one.sizeBytes, 0) + again;
}

function copiedBy(instruction: Instruction, files: readonly SentFile[]): Copied[] {
  if (instruction.syntax.flags.some(({ name }) => name === 'from')) return [];
  const words = argumentWords(instruction.syntax).map(({ text }) => text);
  const destination = posix.resolve(instruction.before.workdir ?? '/', words.at(-1) ?? '.');
  return words.slice(0, -1).flatMap((source) => {
    const pattern = posix.normalize(source.replace(/^\/+/, '') || '.').replace(/\/$/, '');
    const sizeBytes = files.reduce(
      (sum, file) => sum + (isBelow(file.path, pattern) ? file.sizeBytes : 0),
      0,
    );
    return [{ destination, sizeBytes }];
  });
}

/** A source names a file, a folder with all in it, or a pattern of either (Go's filepath.Match). */
function isBelow(path: string, pattern: string): boolean {
  if (pattern === '.' || path === pattern || path.startsWith(`${pattern}/`)) return true;
  if (!/[*?[]/.test(pattern)) return false;
  const depth = pattern.split('/').length;
  return posix.matchesGlob(path.split('/').slice(0, depth).join('/'), pattern);
}

/** `chown -R app:app /app`: all that was copied to there or below is in the layer once more. */
function rewrittenBy(instruction: Instruction, copied: readonly Copied[]): number {
  const targets = (instruction.commands ?? []).flatMap(({ words }) => {
    const [program, ...rest] = words[0] === 'sudo' ? words.slice(1) : words;
    const isDeep = rest.some((word) => /^-[a-zA-Z]*R|^--recursive$/.test(word));
    if (!/^(.*\/)?(chown|chmod|chgrp)$/.test(program ?? '') || !isDeep) return [];
    return rest.filter((word) => !word.startsWith('-')).slice(1);
  });
  const roots = targets.map((target) => posix.resolve(instruction.before.workdir ?? '/', target));
  const isRewritten = ({ destination }: Copied): boolean =>
    roots.some((root) => root === '/' || destination === root || destination.startsWith(`${root}/`));
  return copied.filter(isRewritten).reduce((sum, one) => sum + one.sizeBytes, 0);
}
