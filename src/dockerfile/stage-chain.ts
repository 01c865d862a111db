import type { DockerfileModel, Instruction, Stage } from './model.ts';

/** The stage that `COPY --from` or a mount names, in any case or by its position; undefined for an image, or a context of its own. */
export function stageNamed({ stages }: Pick<DockerfileModel, 'stages'>, name: string): Stage | undefined {
  return stages.find((stage) => stage.name === name.toLowerCase() || String(stage.position) === name);
}

/** The stages whose layers end up in the image that is built: the target and what it starts from. */
export function keptStages(model: DockerfileModel): readonly Stage[] {
  const kept: Stage[] = [];
  for (let at: number | undefined = model.target; at !== undefined; at = model.stages[at]?.baseStage) {
    const stage = model.stages[at];
    if (stage === undefined) break;
    kept.unshift(stage);
  }
  return kept;
}

/** The stages whose files end up in the image: those it starts from, and those that it copies from. */
export function shippedStages(model: DockerfileModel): readonly Stage[] {
  const shipped = new Set<Stage>();
  const add = (stage: Stage | undefined): void => {
    if (stage === undefined || shipped.has(stage)) return;
    shipped.add(stage);
    if (stage.baseStage !== undefined) add(model.stages[stage.baseStage]);
    for (const { syntax } of stage.instructions) {
      const from = syntax.flags.find(({ name }) => syntax.keyword === 'copy' && name === 'from')?.value;
      if (from !== undefined) add(stageNamed(model, from));
    }
  };
  add(model.stages[model.target]);
  return model.stages.filter((stage) => shipped.has(stage));
}

/** The instructions of a stage and of those that it starts from, in the order in which they are built, up to one of its own (with it). */
export function instructionsUpTo(model: DockerfileModel, last: Instruction): readonly Instruction[] {
  const stage = model.stages[last.stage];
  const before = stage?.baseStage === undefined ? [] : inheritedBy(model, stage.baseStage);
  return [...before, ...(stage?.instructions.slice(0, stage.instructions.indexOf(last) + 1) ?? [])];
}

function inheritedBy(model: DockerfileModel, position: number): readonly Instruction[] {
  const stage = model.stages[position];
  const before = stage?.baseStage === undefined ? [] : inheritedBy(model, stage.baseStage);
  return [...before, ...(stage?.instructions ?? [])];
}

/** The base image that a stage starts from, through stages of this file. */
export function rootBase(model: DockerfileModel, stage: Stage): string {
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  return base === undefined ? stage.base : rootBase(model, base);
}

/** The stage with the external base that the target grows from. */
export function externalBase({ stages, target }: DockerfileModel): Stage | undefined {
  let stage = stages[target];
  while (stage?.baseStage !== undefined) stage = stages[stage.baseStage];
  return stage;
}
