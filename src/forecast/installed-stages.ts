import {
  argumentWords,
  type DockerfileModel,
  type Instruction,
  type Stage,
  stageNamed,
} from '../dockerfile/index.ts';

/** The instructions that fill the target stage, directly or through a copied Python environment. */
export interface InstalledStages {
  /** The image that the target stage starts from. */
  readonly base: string;
  /** Of the target stage and the stages it starts from, lowest first. */
  readonly own: readonly Instruction[];
  /** Of the stages whose Python environment it copies. */
  readonly builders: readonly Instruction[];
}

/** Finds what fills the target stage of a Dockerfile. */
export function filledStages(model: DockerfileModel): InstalledStages {
  const chain = chainOf(model, model.target);
  const own = chain.flatMap((stage) => stage.instructions);
  const builders = new Set<Instruction>();
  for (const instruction of own) {
    const builder = copiedStage(model, instruction);
    if (builder === undefined) continue;
    for (const stage of chainOf(model, builder.position)) {
      if (!chain.includes(stage)) for (const one of stage.instructions) builders.add(one);
    }
  }
  return { base: chain[0]?.base ?? '', own, builders: [...builders] };
}

function chainOf(model: DockerfileModel, position: number): readonly Stage[] {
  const stage = model.stages[position];
  if (stage === undefined) return [];
  return stage.baseStage === undefined ? [stage] : [...chainOf(model, stage.baseStage), stage];
}

// COPY --from=builder /opt/venv /opt/venv
function copiedStage(model: DockerfileModel, instruction: Instruction): Stage | undefined {
  if (instruction.syntax.keyword !== 'copy') return undefined;
  const from = instruction.syntax.flags.find((flag) => flag.name === 'from')?.value;
  if (from === undefined) return undefined;
  const stage = stageNamed(model, from);
  const sources = argumentWords(instruction.syntax).slice(0, -1);
  if (stage === undefined) return undefined;
  const builder = chainOf(model, stage.position).flatMap((one) => one.instructions);
  return sources.some((source) => isEnvironment(source.text.replace(/\/$/, ''), builder)) ? stage : undefined;
}

/** A folder where distributions lie: by its usual name, or because a command of the builder names it. */
function isEnvironment(path: string, builder: readonly Instruction[]): boolean {
  if (
    /(^|\/)(\.?v?env|site-packages|dist-packages|\.local)$|^\/usr\/local(\/lib(\/python3[^/]*)?)?$|^\/$/.test(
      path,
    )
  )
    return true;
  return builder.some((instruction) =>
    instruction.commands?.some(
      ({ words }) =>
        words.some((word) => /^(pip3?|uv|venv|virtualenv|.*\/pip3?)$/.test(word)) &&
        words.some((word) => word === path || word.endsWith(`=${path}`)),
    ),
  );
}
