import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { mountsOf } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import { stuckTargets, withoutRemoval } from './cache-removal.ts';
import { isSystemFolder } from './context-paths.ts';
import { filledIn } from './filled-in.ts';
import { removeBlock } from './remove-block.ts';
import { nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteProposal } from './rewrite.ts';

/** `COPY --from=builder /wheels /wheels`, `RUN pip install /wheels/*`: the installation sees the folder for as long as it takes, and no layer holds the wheels. */
export const wheelMounts: Rewrite = {
  id: 'wheel-mounts',
  title: 'Mount the wheels of a builder stage, do not copy them',
  risk: 'verify',
  isRepeated: true,
  propose(dockerfile) {
    const { model } = dockerfile;
    const leftAlone: string[] = [];
    for (const stage of keptStages(model))
      for (const wheels of stage.instructions.flatMap((one) => readCopiedFolder(one, model) ?? [])) {
        const installer = installerOf(wheels, stage);
        if (installer === undefined) continue;
        const obstacle = obstacleTo(wheels, installer, { stage, dockerfile });
        if (obstacle === undefined) return { ...mounted(wheels, installer, dockerfile), leftAlone };
        leftAlone.push(`${dockerfile.placeOf(wheels.copy.syntax)}: the wheels stay in a layer: ${obstacle}`);
      }
    return { ...nothingToDo, leftAlone };
  },
};

interface CopiedFolder {
  readonly copy: Instruction;
  /** As written: `builder`, `0`. */
  readonly from: string;
  readonly source: string;
  /** Absolute, without a slash at the end. */
  readonly folder: string;
}

/** `COPY --from=builder /wheels /wheels` of a stage of this file; undefined for anything else. */
function readCopiedFolder(copy: Instruction, { stages }: DockerfileModel): CopiedFolder | undefined {
  const { syntax, before } = copy;
  const from = syntax.flags.find(({ name }) => name === 'from')?.value;
  if (syntax.keyword !== 'copy' || from === undefined) return undefined;
  if (!stages.some(({ name, position }) => name === from.toLowerCase() || String(position) === from))
    return undefined;
  const [source, target, ...more] = argumentWords(syntax).map(({ text }) => filledIn(text, before.variables));
  if (source === undefined || target === undefined || more.length > 0) return undefined;
  if (/[*?[$]|\.whl$/.test(source) || target.includes('$')) return undefined;
  const folder = posix.resolve('/', before.workdir ?? '/', target).replace(/(.)\/$/, '$1');
  return { copy, from, source: posix.resolve('/', source), folder };
}

/** The RUN that installs from the folder: `pip install /wheels/*`, `pip install --no-index --find-links=/wheels -r requirements.txt`. */
function installerOf({ copy, folder }: CopiedFolder, stage: Stage): Instruction | undefined {
  return stage.instructions.slice(stage.instructions.indexOf(copy) + 1).find(({ commands, before }) =>
    (commands ?? []).some((command) => {
      const install = readPipInstall(command);
      const links = install?.options.filter(({ text }) => /^(-f|--find-links)=/.test(text)) ?? [];
      const paths = [
        ...(install?.localPaths ?? []).flatMap(({ text }) =>
          /\*(\.whl)?$/.test(text) ? [posix.dirname(text)] : [],
        ),
        ...links.map(({ text }) => text.slice(text.indexOf('=') + 1)),
      ];
      return paths.some((path) => absolute(path, before.variables, before.workdir) === folder);
    }),
  );
}

function absolute(
  path: string,
  variables: Readonly<Record<string, string>>,
  workdir: string | undefined,
): string {
  const filled = posix.resolve('/', workdir ?? '/', filledIn(path, variables));
  return filled.replace(/(.)\/$/, '$1');
}

/** What makes a mount in the place of the copy unsafe, in words for the user; undefined when nothing does. */
function obstacleTo(
  { copy, from, folder }: CopiedFolder,
  installer: Instruction,
  {
    stage,
    dockerfile: { model, syntax, placeOf },
  }: { readonly stage: Stage; readonly dockerfile: ResolvedDockerfile },
): string | undefined {
  if (!model.stages.some(({ name }) => name === from.toLowerCase()))
    return `the stage ${from} has no name, which a mount needs`;
  if (copy.syntax.flags.some(({ name }) => !/^(from|link|chown|chmod)$/.test(name)))
    return 'its COPY chooses among the files';
  if (`${installer.before.workdir ?? '/'}/`.startsWith(`${folder}/`))
    return 'they lie in the working directory, which the mount would hide';
  if (isSystemFolder(folder)) return `a mount over ${folder} would hide what else is there`;
  if (installer.syntax.heredocs.length > 0) return `${placeOf(installer.syntax)} is a heredoc`;
  if (stuckTargets(installer, syntax.text, [folder]).length > 0)
    return `${placeOf(installer.syntax)} removes ${folder} in a way that cannot be taken out`;
  const others = model.stages.flatMap(({ instructions }) => instructions);
  const base = posix.basename(folder);
  const user = others.find(
    (one) =>
      one !== copy &&
      one !== installer &&
      (one.stage === stage.position || model.stages[one.stage]?.baseStage === stage.position) &&
      one.syntax.value.split(/[^\w.-]+/).includes(base) &&
      !isRemovalOnly(one, folder),
  );
  if (user !== undefined) return `${placeOf(user.syntax)} names ${base} too`;
  return (installer.commands ?? []).some((command) => writesTo(command.words, folder))
    ? `${placeOf(installer.syntax)} does more with them than installing`
    : undefined;
}

/** `mv /wheels/x /y`, `pip wheel -w /wheels`: a mount is read-only, and reading may be for later. */
function writesTo(words: readonly string[], folder: string): boolean {
  const isNamed = words.some((word) => word === folder || word.startsWith(`${folder}/`));
  return isNamed && !/^(pip[\d.]*|python[\d.]*|uv|rm|ls|sudo)$/.test(posix.basename(words[0] ?? ''));
}

/** `RUN rm -rf /wheels`, which leaves the bytes in the layer below. */
function isRemovalOnly({ syntax, commands }: Instruction, folder: string): boolean {
  return (
    syntax.keyword === 'run' &&
    commands !== undefined &&
    commands.length > 0 &&
    commands.every(
      ({ words }) =>
        words[0] === 'rm' &&
        words.slice(1).every((word) => word.startsWith('-') || word.replace(/\/\*?$/, '') === folder),
    )
  );
}

function mounted(
  { copy, from, source, folder }: CopiedFolder,
  installer: Instruction,
  { syntax: { text }, model }: ResolvedDockerfile,
): Omit<RewriteProposal, 'leftAlone'> {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { start } = installer.syntax.valueRange;
  const mount = `--mount=type=bind,from=${from},source=${source},target=${folder}`;
  const blockOf = ({ syntax: { blockStart, range } }: Instruction) =>
    removeBlock(text, { start: blockStart, end: range.end });
  const removals = (model.stages[copy.stage]?.instructions ?? []).filter((one) => isRemovalOnly(one, folder));
  const isThere = mountsOf(installer).some((one) => one.get('target') === folder);
  return {
    edits: [
      blockOf(copy),
      ...(isThere ? [] : [{ range: { start, end: start }, newText: `${mount} \\${eol}    ` }]),
      ...withoutRemoval(installer, text, [folder]),
      ...removals.map(blockOf),
    ],
    reason: `what pip installs from ${folder} is in the image then, and the wheels themselves lie in the layer of their COPY, removed or not`,
  };
}

/** The stage of this file whose files an installation gets at a path of the container, copied or mounted; undefined when none is. */
export function stageThatBrings(path: string, stage: Stage, place: Instruction): string | undefined {
  const copies = stage.instructions
    .slice(0, stage.instructions.indexOf(place))
    .flatMap(({ syntax, before }) => {
      const from =
        syntax.keyword === 'copy' ? syntax.flags.find(({ name }) => name === 'from')?.value : undefined;
      const target = argumentWords(syntax).at(-1)?.text;
      return from === undefined || target === undefined
        ? []
        : [{ from, folder: absolute(target, before.variables, before.workdir) }];
    });
  const mounts = mountsOf(place).map((mount) => ({
    from: mount.get('from'),
    folder: mount.get('target') ?? '',
  }));
  const folder = absolute(path, place.before.variables, place.before.workdir);
  return [...mounts, ...copies].findLast(
    (one) => one.folder !== '' && `${folder}/`.startsWith(`${one.folder}/`),
  )?.from;
}
