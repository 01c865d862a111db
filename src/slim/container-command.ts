import type { DockerfileModel, Instruction, Stage } from '../dockerfile/index.ts';

/** What a compose file says of a service's start, as it is written there. */
export interface StartOverride {
  readonly entrypoint?: string | readonly string[] | undefined;
  readonly command?: string | readonly string[] | undefined;
}

/**
 * The words that a container starts: ENTRYPOINT and CMD of the target and of the stages below it, or what overrides them (a new
 * entrypoint sets the CMD aside). Shell form comes as `/bin/sh -c`; empty where the base image says it.
 */
export function containerCommand(model: DockerfileModel, override: StartOverride = {}): readonly string[] {
  const entrypoint = wordsOf(override.entrypoint) ?? lastWords(model, 'entrypoint') ?? [];
  const isReset = override.entrypoint !== undefined;
  const command = wordsOf(override.command) ?? (isReset ? [] : (lastWords(model, 'cmd') ?? []));
  return [...entrypoint, ...command];
}

// Compose takes text apart into words, quotes observed; no shell runs: `bash -c "uvicorn app:app --port 80"`.
function wordsOf(given: string | readonly string[] | undefined): readonly string[] | undefined {
  if (typeof given !== 'string') return given;
  const words = given.match(/(?:[^\s"']|"(?:\\.|[^"\\])*"|'[^']*')+/gs) ?? [];
  return words.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/gs, (_, double, single) => double ?? single),
  );
}

function lastWords(model: DockerfileModel, keyword: 'cmd' | 'entrypoint'): readonly string[] | undefined {
  for (let stage = model.stages[model.target]; stage !== undefined; stage = below(model, stage)) {
    const last = stage.instructions.findLast(({ syntax }) => syntax.keyword === keyword);
    if (last !== undefined) return wordsIn(last);
  }
  return undefined;
}

function below(model: DockerfileModel, { baseStage }: Stage): Stage | undefined {
  return baseStage === undefined ? undefined : model.stages[baseStage];
}

function wordsIn({ syntax }: Instruction): readonly string[] {
  return syntax.json ?? ['/bin/sh', '-c', syntax.value];
}
