import type { DockerfileModel, Instruction } from '../model.ts';
import { mountsOf } from '../run-mounts.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { argumentWords } from '../syntax/words.ts';
import { ancestors } from './apt-mounts.ts';
import { type CopiedEnvironment, findCopiedEnvironment } from './copied-environment.ts';
import { filledIn } from './filled-in.ts';
import { findHeavyInstall, type HeavyInstall, heavyMark, heavyStep, restOf } from './heavy-install.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';
import { isInstalling, isToolPip } from './tool-commands.ts';

/**
 * Heavy requirements are installed in a step of their own, before the requirements file is there, and what comes after them is taken into a
 * directory of its own: one more requirement then installs, copies and pushes none of them again. Both layers are taken from the finished
 * environment, so that no file is in both, and none of a version that pip has replaced is in either.
 */
export const heavyLayer: Rewrite = {
  id: 'heavy-layer',
  title: 'Keep heavy distributions in a layer of their own',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { heavy, condaHeavy = [] } = facts;
    const environment = findCopiedEnvironment(dockerfile.model);
    if (environment === undefined && condaHeavy.length > 0)
      return leave(
        `${condaHeavy.join(', ')} ${condaHeavy.length === 1 ? 'stays' : 'stay'} in one layer with the others: conda solves an environment as a whole, so that one more package may change all others`,
      );
    if (heavy !== undefined && environment === undefined && installsInPlace(dockerfile.model))
      return leave(
        'heavy distributions stay in one layer with the others: they are installed in the image itself, and no virtual environment is copied',
      );
    if (heavy === undefined || environment === undefined || isSplit(environment)) return nothingToDo;
    const found = findHeavyInstall(environment, dockerfile, heavy);
    if (found === undefined) return nothingToDo;
    const because = typeof found === 'string' ? found : heavy.because;
    const obstacle = because ?? obstacleTo(environment, dockerfile);
    if (obstacle !== undefined)
      return leave(`heavy distributions stay in one layer with the others: ${obstacle}`);
    return typeof found === 'string'
      ? nothingToDo
      : split({ environment, dockerfile, facts, install: found });
  },
};

/** With pip, in a stage that becomes the image. */
function installsInPlace(model: DockerfileModel): boolean {
  const target = model.stages[model.target];
  const chain = target === undefined ? [] : [target, ...ancestors(target, model)];
  const commands = chain.flatMap(({ instructions }) => instructions.flatMap((one) => one.commands ?? []));
  return commands.some((command) => isInstalling(command) && !isToolPip(command));
}

/** The environment is copied from a stage that only divides it. */
function isSplit({ copiedFrom, builder }: CopiedEnvironment): boolean {
  return copiedFrom !== builder;
}

/** Why the environment cannot be copied in two parts, in words for the user; undefined when it can. */
function obstacleTo(
  { builder, path, copy }: CopiedEnvironment,
  { model, placeOf }: ResolvedDockerfile,
): string | undefined {
  const place = placeOf(copy.syntax);
  const words = argumentWords(copy.syntax).map(({ text }) => filledIn(text, copy.before.variables));
  const isWhole = words.length === 2 && words.every((word) => word.replace(/\/$/, '') === path);
  if (!isWhole) return `${place} copies more than the environment`;
  const flag = copy.syntax.flags.find(({ name }) => !/^(from|chown|chmod|link)$/.test(name));
  if (flag !== undefined) return `${place} chooses among the files (--${flag.name})`;
  if (builder.name === undefined) return `${place} copies from a stage that has no name`;
  const { user, shell } = builder.after;
  if (user !== undefined && !/^(root|0)(:|$)/.test(user)) return `the builder stage runs as ${user}`;
  if (!/(^|\/)(sh|bash)$/.test(shell[0] ?? '')) return `the builder stage has another shell, ${shell[0]}`;
  const chain = [builder, ...ancestors(builder, model)];
  if (chain.some(({ base }) => /alpine|busybox/.test(base))) return 'Alpine’s find and cp lack what it takes';
  const target = model.stages[model.target];
  const other = target?.instructions.find((one) => one !== copy && readsEnvironment(one, { builder, path }));
  return other === undefined
    ? numberedStage(model, placeOf)
    : `${placeOf(other.syntax)} reads the environment too`;
}

function readsEnvironment(
  one: Instruction,
  { builder, path }: Pick<CopiedEnvironment, 'builder' | 'path'>,
): boolean {
  const isRead = stagesNamedBy(one).some((name) => name.toLowerCase() === builder.name);
  return isRead && one.syntax.value.includes(path);
}

/** The stages and images that an instruction takes files from, as written: by `COPY --from` and by mounts. */
function stagesNamedBy(one: Instruction): readonly string[] {
  const copied = one.syntax.flags.filter(({ name }) => name === 'from').map(({ value }) => value);
  const mounted = mountsOf(one).map((mount) => mount.get('from'));
  return [...copied, ...mounted].filter((name) => name !== undefined);
}

/** A stage that is named by its number from the target on would be another one. */
function numberedStage(
  { stages, target }: DockerfileModel,
  placeOf: ResolvedDockerfile['placeOf'],
): string | undefined {
  const numbered = stages
    .flatMap(({ instructions }) => instructions)
    .find((one) => stagesNamedBy(one).some((name) => /^\d+$/.test(name) && Number(name) >= target));
  return numbered && `${placeOf(numbered.syntax)} names a stage by its number, which would change`;
}

interface Split {
  readonly environment: CopiedEnvironment;
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
  readonly install: HeavyInstall;
}

function split({ environment, dockerfile, facts, install }: Split): RewriteProposal {
  const { syntax, model } = dockerfile;
  const target = model.stages[model.target];
  const { heavy } = facts;
  if (target === undefined || heavy === undefined) return nothingToDo;
  const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const name = model.stages.some((stage) => stage.name === 'layers') ? 'environment-layers' : 'layers';
  const at = target.from.blockStart;
  return {
    edits: [
      heavyStep(install, { eol, path: environment.path }),
      { range: { start: at, end: at }, newText: dividingStage(environment, name, eol) },
      ...copiedTwice(environment, name, syntax.text, eol),
    ],
    reason: heavy.evidence,
    leftAlone: [],
  };
}

/**
 * Directories stay out of the second part where files of the first lie in them; those that it leaves empty go with it. A WORKDIR would be one more
 * step for each requirement that is added.
 */
function dividingStage({ builder, path }: CopiedEnvironment, name: string, eol: string): string {
  const [rest, mark] = [restOf(path), heavyMark(path)];
  return [
    '# What was installed after the heavy distributions becomes a layer above theirs.',
    `FROM ${builder.name} AS ${name}`,
    `RUN mkdir ${rest} && cd ${path} && \\`,
    `    find . ! -type d -newer ${mark} -exec cp --archive --parents --target-directory=${rest} {} + && \\`,
    `    find . ! -type d -newer ${mark} -delete && \\`,
    `    find . -mindepth 1 -type d -newer ${mark} -empty -delete`,
    '',
    '',
  ].join(eol);
}

function copiedTwice(
  { copy, path }: CopiedEnvironment,
  name: string,
  text: string,
  eol: string,
): readonly TextEdit[] {
  const { flags, range, keywordAsWritten } = copy.syntax;
  const from = flags.find((flag) => flag.name === 'from');
  if (from === undefined) return [];
  const others = flags
    .filter((flag) => flag !== from)
    .map((flag) => ` ${text.slice(flag.range.start, flag.range.end)}`)
    .join('');
  const second = `${keywordAsWritten} --from=${name}${others} ${restOf(path)} ${path}`;
  return [
    { range: from.range, newText: `--from=${name}` },
    { range: { start: range.end, end: range.end }, newText: `${eol}${second}` },
  ];
}
