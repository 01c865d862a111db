import { posix } from 'node:path';
import { type EditablePackage, installedFolders } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import { reachableFrom } from '../python/index.ts';
import { packageContents } from './package-contents.ts';
import type { ProjectStudy } from './study-project.ts';

/** The packages that are installed in editable form, by their folders in the build context: what a regular installation would miss, if anything. */
export function editablePackages(
  project: Project,
  study: Pick<ProjectStudy, 'sources'>,
): ReadonlyMap<string, EditablePackage> {
  const folders = installedFolders(project.dockerfile.model).flatMap(({ folder, isEditable }) =>
    isEditable && folder !== undefined ? [folder] : [],
  );
  return new Map([...new Set(folders)].map((folder) => [folder, judge(folder, project, study)]));
}

function judge(
  folder: string,
  project: Project,
  { sources }: Pick<ProjectStudy, 'sources'>,
): EditablePackage {
  const { roots, because } = packageContents(folder, project);
  if (because !== undefined) return { roots, because };
  const isInside = (path: string): boolean =>
    roots.some((root) => path === root || path.startsWith(`${root}/`));
  const own = project.texts.pythonSources.filter(({ path }) => isInside(path));
  for (const { path, text } of own) {
    const line = climbing(text);
    if (line !== undefined)
      return { roots, because: `${path}:${line} looks for something beside the package by its own place` };
  }
  const reached = reachableFrom(
    sources,
    own.map(({ path }) => path),
  );
  const outside = reached.find(({ path, role }) => !isInside(path) && role !== 'test');
  if (outside !== undefined)
    return { roots, because: `it imports ${outside.path}, which is not part of the package` };
  const mounted = liveMount(project, folder);
  return { roots, because: mounted };
}

/** The line of a source that leaves the package by way of `__file__`: `Path(__file__).parents[2]`, `os.path.join(HERE, "..", "conf")`. */
function climbing(text: string): number | undefined {
  if (!/\b__file__\b|\bgetsourcefile\(|\b__path__\b/.test(text)) return undefined;
  const lines = text.split('\n').map((line) => line.replace(/#.*$/, ''));
  const steps = lines.map((line) => [...line.matchAll(/\.parent\b|\bdirname\(/g)].length);
  const direct = lines.findIndex((line) => /\.parents\b|["'/]\.\.["'/]|\bpardir\b/.test(line));
  if (direct !== -1) return direct + 1;
  // One step leads to the folder of the module itself.
  let taken = 0;
  const at = steps.findIndex((count) => {
    taken += count;
    return taken > 1;
  });
  return at === -1 ? undefined : at + 1;
}

/** A compose file that mounts the source over the one in the image, or a server that waits for it to change. */
function liveMount({ compose, directory, dockerfile }: Project, folder: string): string | undefined {
  for (const { name, volumes, command } of compose?.builders ?? []) {
    const mount = volumes.find(({ source, isBind }) => {
      if (!isBind || source === undefined) return false;
      const from = posix.resolve(directory, source);
      const to = posix.resolve(directory, folder);
      return from === to || to.startsWith(`${from}/`) || from.startsWith(`${to}/`);
    });
    if (mount !== undefined)
      return `the service ${name} of the compose file mounts ${mount.source ?? ''} over the source`;
    if (/--reload\b/.test([command ?? []].flat().join(' ')))
      return `the service ${name} of the compose file waits for changes of the source`;
  }
  const { stages, target } = dockerfile.model;
  const isReloading = stages[target]?.instructions.some(
    ({ syntax }) => ['cmd', 'entrypoint'].includes(syntax.keyword) && /--reload\b/.test(syntax.value),
  );
  return isReloading === true ? 'the container waits for changes of the source' : undefined;
}
