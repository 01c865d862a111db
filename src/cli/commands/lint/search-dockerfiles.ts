import { join, relative, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { type NamedBuild, readNamedBuilds } from '../../../project/index.ts';
import { dockerfilesBelow } from './dockerfiles-below.ts';
import type { FoundDockerfiles, LintInput } from './found-dockerfiles.ts';

/** The Dockerfiles of a directory that has none itself: those that are built, else all below. Throws a `UserError` where there is none. */
export async function searchDockerfiles(directory: string, cwd: string): Promise<FoundDockerfiles> {
  const root = resolve(cwd, directory);
  const where = directory === '.' ? 'this directory' : directory;
  const [{ builds, notFollowed }, below] = await Promise.all([
    readNamedBuilds(root),
    dockerfilesBelow(root).then((paths) => paths.map((path) => join(directory, path))),
  ]);
  const inputs = inputsOf(builds, cwd);
  if (inputs.length === 0 && below.length === 0) {
    throw new UserError(`There is no Dockerfile in ${where}, nor below.`, {
      hint:
        notFollowed[0] === undefined ? 'Name one: plimsoll lint FILE.' : `Also: ${notFollowed.join('; ')}.`,
    });
  }
  const head = `No Dockerfile in ${where} itself: checking`;
  const notes = notFollowed.map((text) => `Not followed: ${text}`);
  if (inputs.length === 0) {
    return {
      inputs: below.map((file) => ({ file })),
      notes: [...notes, `${head} ${listed(below)}, found below.`],
    };
  }
  const places = [...new Set(builds.map(({ place }) => join(directory, place)))];
  const files = [...new Set(inputs.map(({ file, inline }) => (inline ? `what stands in ${file}` : file)))];
  const others = below.filter((file) => inputs.every((one) => one.file !== file));
  return {
    inputs,
    notes: [
      ...notes,
      `${head} ${listed(files)}, built by ${listed(places)}.`,
      ...(others.length === 0 ? [] : [`Not checked, as nothing there builds it: ${listed(others)}.`]),
    ],
  };
}

/** One for each Dockerfile; its context, where all that build it agree. */
function inputsOf(builds: readonly NamedBuild[], cwd: string): readonly LintInput[] {
  const shown = (path: string): string => relative(cwd, path);
  const inline = builds.flatMap(({ dockerfile, context, contextNames }): LintInput[] =>
    typeof dockerfile === 'string'
      ? []
      : [{ file: shown(dockerfile.file), inline: dockerfile, context, contextNames }],
  );
  const byFile = Map.groupBy(
    builds.flatMap((one) => (typeof one.dockerfile === 'string' ? [{ ...one, file: one.dockerfile }] : [])),
    ({ file }) => file,
  );
  const files = [...byFile].map(([file, all]): LintInput => {
    const contexts = new Set(all.map(({ context }) => context));
    const [context] = contexts;
    return {
      file: shown(file),
      context: contexts.size === 1 ? context : undefined,
      contextNames: all.flatMap(({ contextNames }) => contextNames),
    };
  });
  return [...files.sort((a, b) => (a.file < b.file ? -1 : 1)), ...inline];
}

const mostNamed = 12;

function listed(names: readonly string[]): string {
  return names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`
    : names.join(', ');
}
