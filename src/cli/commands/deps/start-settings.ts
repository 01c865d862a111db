import { basename } from 'node:path';
import type { DepsSubject, SetVariable, StartedProgram } from '../../../deps/index.ts';
import {
  containerPrograms,
  mayComeOtherwise,
  readProjectInstall,
  runningCommands,
  shippedStages,
} from '../../../dockerfile/index.ts';
import type { Project } from '../../../project/index.ts';
import { programSource } from '../../../python/index.ts';

/** A variable that a container starts with. */
export type NamedVariable = SetVariable & { readonly name: string };

/** ENV of the stage that is built, and where it stands. */
export function dockerfileVariables({ dockerfile }: Project): readonly NamedVariable[] {
  const { model, path } = dockerfile;
  const stage = model.stages[model.target];
  const settings = model.stages.flatMap(({ instructions }) =>
    instructions.filter(({ syntax }) => syntax.keyword === 'env'),
  );
  return Object.entries(stage?.after.env ?? {}).map(([name, value]) => {
    const line = settings.findLast(({ syntax }) => syntax.value.includes(name))?.syntax.startLine;
    return { name, value, place: line === undefined ? path : `${path}:${line}` };
  });
}

/** What the compose file sets for the services that are built from this Dockerfile. */
export function composeVariables({ compose }: Project): readonly NamedVariable[] {
  return (compose?.builders ?? []).flatMap((service) =>
    Object.entries(service.environment).map(([name, value]) => ({
      name,
      value: value ?? '',
      place: placeOf(compose, service.name),
    })),
  );
}

/** The words that those services start with, in place of the image's own command. */
export function composeCommands({
  compose,
}: Project): readonly { readonly word: string; readonly place: string }[] {
  return (compose?.builders ?? []).flatMap((service) => {
    const { command, entrypoint, healthcheck } = service;
    const parts = [command, entrypoint, healthcheck === 'disabled' ? undefined : healthcheck].flat();
    return parts
      .flatMap((part) => part?.split(/[\s;&|"'()]+/) ?? [])
      .filter((word) => word !== '')
      .map((word) => ({ word, place: placeOf(compose, service.name) }));
  });
}

/** Programs that ENTRYPOINT and CMD start, as far as only a distribution can have brought them. */
export function startedPrograms({ dockerfile }: Project): readonly StartedProgram[] {
  return containerPrograms(dockerfile.model).flatMap(({ program, instruction }) => {
    const from = programSource(program);
    if (from === undefined || mayComeOtherwise(dockerfile.model, program)) return [];
    const { startLine, keyword } = instruction.syntax;
    const place = `${dockerfile.path}:${startLine}: ${keyword.toUpperCase()}`;
    return [{ program, place, distributions: from.distributions, install: from.install }];
  });
}

/** What is installed only when the container starts, by `uv run` where no step of the build has run `uv sync`. */
export function installedAtStart({ dockerfile }: Project): DepsSubject['incomplete'] {
  const { model, path } = dockerfile;
  const commands = shippedStages(model)
    .flatMap(({ instructions }) => instructions)
    .flatMap(runningCommands);
  if (commands.some((command) => readProjectInstall(command)?.tool === 'uv')) return [];
  return containerPrograms(model)
    .filter(({ isSyncing }) => isSyncing)
    .map(({ instruction }) => ({
      what: `${path}:${instruction.syntax.startLine}`,
      because:
        'uv run installs what the project asks for when the container starts, and no step of the build does',
    }));
}

function placeOf(compose: Project['compose'], service: string): string {
  const file = compose?.origins.get(service)?.file ?? compose?.documents[0]?.file;
  return `${basename(file ?? 'the compose file')} (${service})`;
}
