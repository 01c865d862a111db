import { posix } from 'node:path';
import type { Instruction } from '../model.ts';
import { filledIn } from './filled-in.ts';

/** A COPY or ADD from the build context: where its sources end up in the container. */
export interface ContextCopy {
  readonly instruction: Instruction;
  readonly sources: readonly string[];
  /** Absolute path in the container; ends in `/` when it is a directory. */
  readonly destination: string;
  /** True when a source is a whole directory (`.`, `src/`), as far as its spelling tells. */
  readonly isBroad: boolean;
}

/** Reads a COPY or ADD without `--from`; undefined for heredoc sources, remote sources and wildcards in directories. */
export function readContextCopy(instruction: Instruction): ContextCopy | undefined {
  const { syntax, before } = instruction;
  if (syntax.keyword !== 'copy' && syntax.keyword !== 'add') return undefined;
  if (syntax.flags.some((flag) => flag.name === 'from') || syntax.heredocs.length > 0) return undefined;
  const words = syntax.json ?? syntax.value.trim().split(/\s+/);
  const sources = words.slice(0, -1).map((word) => normaliseSource(filledIn(word, before.env)));
  const last = words.at(-1);
  if (last === undefined || sources.length === 0) return undefined;
  const workdir = before.workdir ?? '/';
  const target = filledIn(last, before.env);
  const joined = posix.resolve('/', workdir, target);
  const isDirectory =
    /(^\.{1,2}|\/|\/\.{1,2})$/.test(target) || sources.length > 1 || isFolderThere(joined, workdir);
  const isBroad = sources.some(
    (source) => source === '.' || !/\.[a-z0-9]+(\*)?$|\*\.[a-z0-9]+$/i.test(posix.basename(source)),
  );
  return {
    instruction,
    sources,
    destination: isDirectory && joined !== '/' ? `${joined}/` : joined,
    isBroad,
  };
}

/** A folder of every image (Filesystem Hierarchy Standard). */
const systemFolders =
  /^\/(bin|etc|home|media|mnt|opt|root|run|sbin|srv|tmp|usr(\/(bin|lib|local(\/(bin|etc|lib|share|src))?|share|src))?|var(\/(cache|lib|log|opt|tmp))?)?$/;

/** `COPY requirements.txt /app` puts the file into /app where that is a folder: WORKDIR has made it, or the base has it. */
function isFolderThere(path: string, workdir: string): boolean {
  return isSystemFolder(path) || `${workdir}/`.startsWith(`${path}/`);
}

/** Is it a folder that every image has: `/tmp`, `/usr/local/lib`? */
export function isSystemFolder(path: string): boolean {
  return path === '/' || systemFolders.test(path);
}

/** The destination as a directory: `/srv/app/`. */
export function folderOf({ destination }: ContextCopy): string {
  return destination.replace(/([^/])$/, '$1/');
}

/** `COPY --chown=app . /srv/app` makes the folder and gives it its owner, where no WORKDIR has made it before. */
export function makesOwnedFolder(copy: ContextCopy): boolean {
  const { syntax, before } = copy.instruction;
  const isOwned = syntax.flags.some(({ name }) => name === 'chown' || name === 'chmod');
  return isOwned && !`${before.workdir ?? ''}/`.startsWith(folderOf(copy));
}

/**
 * The path in the build context of a container file that one of the copies brought, the last copy first:
 * `/app/requirements.txt` with `COPY . /app` is `requirements.txt`.
 */
export function contextPathOf(containerPath: string, copies: readonly ContextCopy[]): string | undefined {
  for (const copy of copies.toReversed()) {
    for (const source of copy.sources) {
      const found = matchSource(containerPath, source, copy);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function matchSource(containerPath: string, source: string, copy: ContextCopy): string | undefined {
  const directory = copy.destination.replace(/\/$/, '');
  const inside = containerPath.startsWith(`${directory}/`)
    ? containerPath.slice(directory.length + 1)
    : undefined;
  if (source.includes('*') || source.includes('?')) {
    const name = inside ?? '';
    return name !== '' && !name.includes('/') && posix.matchesGlob(name, posix.basename(source))
      ? posix.join(posix.dirname(source), name)
      : undefined;
  }
  const isFile = /\.[a-z0-9]+$/i.test(posix.basename(source)) && source !== '.';
  if (!isFile) return inside === undefined ? undefined : posix.join(source, inside);
  if (copy.destination.endsWith('/') || copy.destination === '/')
    return inside === posix.basename(source) ? source : undefined;
  return containerPath === copy.destination ? source : undefined;
}

function normaliseSource(source: string): string {
  const path = posix.normalize(source.replace(/^\/+/, '') || '.');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
