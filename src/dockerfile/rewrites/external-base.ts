import type { DockerfileModel, Stage } from '../model.ts';

/** The stage with the external base that the target grows from. */
export function externalBase({ stages, target }: DockerfileModel): Stage | undefined {
  let stage = stages[target];
  while (stage?.baseStage !== undefined) stage = stages[stage.baseStage];
  return stage;
}

/** The stages that the target consists of: itself and those that it grows from, the last first. */
export function stagesOfTarget({ stages, target }: DockerfileModel): readonly Stage[] {
  const found: Stage[] = [];
  let stage = stages[target];
  while (stage !== undefined) {
    found.push(stage);
    stage = stage.baseStage === undefined ? undefined : stages[stage.baseStage];
  }
  return found;
}
