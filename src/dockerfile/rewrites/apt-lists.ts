import { aptAction } from '../apt-command.ts';
import type { DockerfileModel, Instruction, ShellCommand, Stage } from '../model.ts';
import { programOf } from '../programs.ts';
import { cacheTargets, mountsOf } from '../run-mounts.ts';

/** How a RUN deals with apt's package lists. */
export interface AptRun {
  readonly run: Instruction;
  readonly hasInstall: boolean;
  /** The first command that reads the package lists: an installation or an upgrade. */
  readonly reader: ShellCommand | undefined;
  readonly hasUpdate: boolean;
  /** It installs from the lists that an earlier layer, or the base, holds. */
  readonly needsLists: boolean;
  /** `apt-get update` and nothing else. */
  readonly isUpdateAlone: boolean;
  /** It removes the lists at its end, or they are in no layer. */
  readonly isClean: boolean;
}

// Asked once for each RUN; a stage never changes.
const read = new WeakMap<Stage, readonly AptRun[]>();

/** Reads each RUN of a stage that calls apt. */
export function aptRuns(stage: Stage): readonly AptRun[] {
  const known = read.get(stage);
  if (known !== undefined) return known;
  const found = readAptRuns(stage);
  read.set(stage, found);
  return found;
}

function readAptRuns(stage: Stage): readonly AptRun[] {
  return stage.instructions.flatMap((run) => {
    const commands = run.commands ?? [];
    const actions = commands.map(aptAction);
    if (actions.every((action) => action === undefined)) return [];
    const update = actions.indexOf('update');
    const needy = actions.findIndex(needsPackageLists);
    return [
      {
        run,
        hasInstall: actions.includes('install'),
        reader: commands[needy],
        hasUpdate: update !== -1,
        needsLists: needy !== -1 && (update === -1 || update > needy),
        isUpdateAlone: commands.every((command) => aptAction(command) === 'update' || removesLists(command)),
        isClean: commands.some(removesLists) || hasListMount(run),
      },
    ];
  });
}

function needsPackageLists(action: string | undefined): boolean {
  return (
    action !== undefined &&
    /^(install|upgrade|dist-upgrade|full-upgrade|build-dep|source|download)$/.test(action)
  );
}

/** `rm -rf /var/lib/apt/lists/*`. */
export function removesLists(command: ShellCommand): boolean {
  return (
    ['rm', 'find'].includes(programOf(command)) &&
    command.words.some((word) => /^\/var\/lib\/(apt(\/(lists)?.*|\*)?|\*)/.test(word))
  );
}

function hasListMount(run: Instruction): boolean {
  const isAbove = (target: string): boolean =>
    ['/var/lib/apt', '/var/lib/apt/lists', '/var/lib'].includes(target);
  return (
    cacheTargets(run).some(isAbove) ||
    mountsOf(run).some((mount) => mount.get('type') === 'tmpfs' && isAbove(mount.get('target') ?? ''))
  );
}

/** Changes where apt looks: the lists of before and after differ. */
export function changesSources({ syntax }: Instruction): boolean {
  return (
    /\/etc\/apt\b|\bapt-key\b|add-apt-repository|dpkg\s+--add-architecture|sources\.list|nodesource|\.sources\b/.test(
      syntax.value,
    ) || /keyring\S*\.deb/.test(syntax.value)
  );
}

/** May a RUN call apt in a way that cannot be seen here: a script, another interpreter, a program that installs system packages? */
export function mayCallApt({ syntax, commands }: Instruction): boolean {
  if (syntax.keyword !== 'run') return syntax.keyword === 'onbuild';
  if (commands === undefined) return true;
  return commands.some((command) => {
    const program = programOf(command);
    return (
      /^(sh|bash|dash|zsh|source|\.|gdebi|apt-fast|aptitude|add-apt-repository|xargs|ansible-playbook|make)$/.test(
        program,
      ) ||
      /\.(sh|bash|run)$/.test(program) ||
      command.words.some((word) => /^install[-_]deps$|^--with-deps$/.test(word))
    );
  });
}

/** A stage and all stages of the file that grow from it, in order. */
export function familyOf({ stages }: DockerfileModel, root: Stage): readonly Stage[] {
  const family = new Set([root.position]);
  for (const { position, baseStage } of stages)
    if (baseStage !== undefined && family.has(baseStage)) family.add(position);
  return stages.filter(({ position }) => family.has(position));
}
