import { posix } from 'node:path';
import { argumentWords, type Instruction, mountsOf } from '../dockerfile/index.ts';

/** Where a file of the container may stand in the build context, the likeliest first: by bind mount, by COPY, by its own path. */
export function contextPaths(
  path: string,
  instruction: Instruction,
  copies: readonly Instruction[],
): readonly string[] {
  const absolute = posix.resolve(instruction.before.workdir ?? '/', path);
  const found: string[] = [];
  for (const mount of mountsOf(instruction)) {
    const target = mount.get('target') ?? mount.get('dst') ?? mount.get('destination');
    // Without a type it is a bind mount; with `from` it shows a stage or an image (Dockerfile reference, RUN --mount).
    if ((mount.get('type') ?? 'bind') !== 'bind' || mount.has('from') || target === undefined) continue;
    const source = mount.get('source') ?? mount.get('src') ?? '.';
    found.push(...below(absolute, posix.resolve(instruction.before.workdir ?? '/', target), source));
  }
  for (const copy of copies.toReversed()) {
    if (
      !['copy', 'add'].includes(copy.syntax.keyword) ||
      copy.syntax.flags.some((flag) => flag.name === 'from')
    )
      continue;
    const words = argumentWords(copy.syntax).map((word) => word.text);
    const destination = posix.resolve(copy.before.workdir ?? '/', words.at(-1) ?? '.');
    for (const source of words.slice(0, -1)) {
      found.push(...below(absolute, destination, source));
      const inSource = posix.join(posix.dirname(source), posix.basename(absolute));
      if (posix.matchesGlob(inSource, posix.normalize(source)) && absolute.startsWith(destination))
        found.push(inSource);
    }
  }
  return [
    ...new Set([...found, path.replace(/^\/+/, ''), posix.basename(path)].map((one) => posix.normalize(one))),
  ];
}

function below(path: string, folder: string, source: string): readonly string[] {
  if (path === folder) return [source.replace(/^\/+/, '')];
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix)
    ? [posix.join('.', source, path.slice(prefix.length)).replace(/^\/+/, '')]
    : [];
}
