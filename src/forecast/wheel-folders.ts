import { posix } from 'node:path';
import {
  argumentWords,
  type DockerfileModel,
  filledIn,
  type Instruction,
  mountsOf,
  type PipInstall,
  readWheelBuild,
  runningCommands,
  type Stage,
  stageNamed,
} from '../dockerfile/index.ts';

/** What fills a folder of wheels, and where that stands. */
export interface WheelFolder {
  readonly instruction: Instruction;
  readonly install: PipInstall;
  /** A COPY has put the folder into a layer of the stage that installs from it. */
  readonly isCopied: boolean;
}

/** The folder of the wheels that a path names: `/wheels` for `/wheels/*` and `/wheels/*.whl`; undefined for what is no wheel. */
export function folderOfWheels(path: string): string | undefined {
  return /(?:^|\/)(?:\*|[^/]*\.whl)$/.test(path) ? posix.dirname(path) : undefined;
}

/**
 * Finds the `pip wheel` or `pip download` that fills the folder from which an instruction installs, in its own stage or in one whose folder it
 * copies or mounts. Undefined for wheels from elsewhere: the build context, another image.
 */
export function wheelFolder(
  folder: string,
  installer: Instruction,
  model: DockerfileModel,
): WheelFolder | undefined {
  const stage = model.stages[installer.stage];
  if (stage === undefined) return undefined;
  const path = posix.resolve(installer.before.workdir ?? '/', filledIn(folder, installer.before.variables));
  const mounted = mountsOf(installer).flatMap((mount) => {
    const target = mount.get('target') ?? mount.get('dst') ?? mount.get('destination');
    const source = mount.get('source') ?? mount.get('src') ?? '/';
    return target === undefined ? [] : [{ from: mount.get('from'), target, source }];
  });
  for (const { from, target, source } of mounted) {
    const inner = below(path, posix.resolve('/', target));
    const there = from === undefined ? undefined : stageNamed(model, from);
    if (there !== undefined && inner !== undefined)
      return fillerOf(posix.resolve('/', source, inner), { stage: there, model, isCopied: false });
  }
  return fillerOf(path, { stage, before: installer, model, isCopied: false });
}

interface Search {
  readonly stage: Stage;
  readonly model: DockerfileModel;
  /** Only what stands in front of it; all of the stage where absent. */
  readonly before?: Instruction;
  readonly isCopied: boolean;
}

function fillerOf(path: string, search: Search): WheelFolder | undefined {
  const { stage, before, model, isCopied } = search;
  const end = before === undefined ? stage.instructions.length : stage.instructions.indexOf(before) + 1;
  for (const instruction of stage.instructions.slice(0, end).toReversed()) {
    for (const command of runningCommands(instruction)) {
      const build = readWheelBuild(command);
      const folder =
        build &&
        posix.resolve(
          instruction.before.workdir ?? '/',
          filledIn(build.folder, instruction.before.variables),
        );
      if (build !== undefined && folder === path) return { instruction, install: build.install, isCopied };
    }
    const copied = copiedFrom(path, instruction, model);
    if (copied !== undefined) return fillerOf(copied.path, { stage: copied.stage, model, isCopied: true });
  }
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  return base && fillerOf(path, { stage: base, model, isCopied });
}

/** `COPY --from=builder /wheels /wheels`, `COPY --from=builder /build/*.whl /wheels/`: where the folder was before. */
function copiedFrom(
  path: string,
  { syntax, before }: Instruction,
  model: DockerfileModel,
): { readonly stage: Stage; readonly path: string } | undefined {
  const from = syntax.flags.find(({ name }) => name === 'from')?.value;
  const stage = from === undefined ? undefined : stageNamed(model, from);
  if (syntax.keyword !== 'copy' || stage === undefined) return undefined;
  const words = argumentWords(syntax).map(({ text }) => filledIn(text, before.variables));
  const inner = below(path, posix.resolve(before.workdir ?? '/', words.at(-1) ?? '.'));
  const [source] = words.slice(0, -1);
  if (inner === undefined || source === undefined) return undefined;
  const folder = /[*?[]|\.whl$/.test(posix.basename(source)) ? posix.dirname(source) : source;
  return { stage, path: posix.resolve('/', folder, inner) };
}

/** The rest of the path; undefined where it does not lie in the folder. */
function below(path: string, folder: string): string | undefined {
  if (path === folder) return '.';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}
