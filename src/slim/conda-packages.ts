import { posix } from 'node:path';
import { type CondaInstall, readCondaInstall } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import { heavyNames, normaliseName, readCondaEnvironment } from '../python/index.ts';

/** PyTorch by the names of its packages, behind a channel and before a version: `conda-forge::pytorch-gpu=2.1`. */
const torchPackage = /^(?:[\w./-]+::)?pytorch(?:-[cg]pu|-cuda)?(?:[\s=<>!~[].*)?$/;

/** Whether the Dockerfile has conda install PyTorch, by name or by an environment file of the project. */
export function condaBringsTorch(project: Project): boolean {
  return condaPackages(project).some((one) => torchPackage.test(one));
}

/** Large distributions that conda installs, by their names on the Python Package Index. */
export function condaHeavy(project: Project): readonly string[] {
  const names = condaPackages(project).map((one) =>
    torchPackage.test(one) ? 'torch' : normaliseName(one.replace(/^.*::/, '').replace(/[\s=<>!~[].*$/s, '')),
  );
  return [...new Set(names)].filter((name) => heavyNames.has(name));
}

/** As written: `conda-forge::pandas=2.1`. */
function condaPackages(project: Project): readonly string[] {
  return project.dockerfile.model.stages
    .flatMap((stage) => stage.instructions)
    .flatMap(({ commands }) => commands ?? [])
    .flatMap((command) => readCondaInstall(command) ?? [])
    .flatMap((install) => [...install.packages, ...listedIn(install, project)]);
}

function listedIn({ file, command }: CondaInstall, { texts }: Project): readonly string[] {
  if (file === undefined && !command.words.includes('env')) return [];
  const name = posix.basename(file ?? 'environment.yml');
  return texts.manifests
    .filter(({ path }) => posix.basename(path) === name)
    .flatMap((one) => readCondaEnvironment(one).distributions)
    .flatMap((one) => (one.isConda === true ? [one.name] : []));
}
