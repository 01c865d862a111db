import { posix } from 'node:path';
import {
  type CudaFacts,
  readPipInstall,
  readProjectInstall,
  type ShellCommand,
} from '../dockerfile/index.ts';
import { cudaWants, pullsTorch } from '../python/index.ts';
import type { FactsInput } from './facts-input.ts';

/** What the requested distributions (name → extras) want of a CUDA base; undefined when not all of them are known. */
export function cudaFacts(
  { project, study, target }: Pick<FactsInput, 'project' | 'study' | 'target'>,
  names: ReadonlyMap<string, readonly string[]>,
): CudaFacts | undefined {
  const { model } = project.dockerfile;
  const commands = model.stages.flatMap((stage) => stage.instructions).flatMap((one) => one.commands ?? []);
  const known = new Set(
    study.requirements.flatMap((tree) => tree.files.map((file) => posix.basename(file.path))),
  );
  const isRead = commands
    .flatMap((command) => readPipInstall(command)?.requirementFiles ?? [])
    .every((file) => known.has(posix.basename(file.text)));
  if (!isRead || study.packageRequirements === undefined || commands.some(isOtherInstaller)) return undefined;
  const wanting = (what: 'system' | 'build' | 'run'): string[] =>
    [...names].flatMap(([name, extras]) => (cudaWants(name, extras).includes(what) ? [name] : []));
  return {
    device: target.device,
    broughtBy: names.has('torch')
      ? 'torch'
      : [...names].find(([name, extras]) => pullsTorch(name, extras))?.[0],
    systemUsers: wanting('system'),
    compiledAtBuild: wanting('build'),
    compilingAtRunTime: wanting('run'),
  };
}

function isOtherInstaller(command: ShellCommand): boolean {
  const program = posix.basename(command.words[0] ?? '');
  return readProjectInstall(command) !== undefined || /^(conda|mamba|micromamba|pixi)$/.test(program);
}
