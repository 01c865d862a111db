import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { commandsIn, programOf } from '../programs.ts';
import { cacheTargets, mountsOf } from '../run-mounts.ts';
import { instructionsUpTo, keptStages } from '../stage-chain.ts';
import { appendLink } from './append-link.ts';
import type { LintRule, LintSubject, Violation } from './rule.ts';

const lists = /^\/var\/lib\/(?:apt(?:\/(?:lists)?.*|\*)?|\*)/;
const archives = /^\/var\/cache(?:\/apt(?:\/archives)?)?(?:\/?\*?|\/\*\.deb)$/;

/** Programs that call apt by themselves. */
const installersWithApt =
  /^(?:add-apt-repository|ansible(?:-playbook)?|aptitude|apt-(?:fast|file)|gdebi|mk-build-deps|nala|playwright|rosdep|tasksel)$/;

/** Package lists, or downloaded packages, left in the layer. */
export const aptListsLeft: LintRule = {
  id: 'apt-lists-left',
  hadolint: 'DL3009',
  severity: 'warning',
  title: 'package lists left in the layer',
  check: (subject) =>
    keptStages(subject.model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => [...listsLeft(subject, instruction), ...archivesLeft(subject, instruction)]),
};

function listsLeft(subject: LintSubject, instruction: Instruction): readonly Violation[] {
  const commands = commandsIn(instruction);
  const update = commands.find((command) => aptAction(command) === 'update');
  const isKept = isMounted(instruction, ['/var/lib/apt/lists', '/var/lib/apt', '/var/lib', '/var']);
  if (update === undefined || isKept || removes(commands, lists)) return [];
  const isAlone = commands.every((command) => aptAction(command) !== 'install');
  const isUnused = commands.length === 1 && laterThan(subject, instruction).every(needsNoLists);
  if (isUnused) return [{ range: update.range, message: 'nothing is installed from these package lists' }];
  if (isAlone && laterThan(subject, instruction).some(installsFromThem)) {
    const message =
      'the package lists stay in this layer, and a cached one is old when packages change: update in the RUN that installs, and end it with rm -rf /var/lib/apt/lists/*';
    return [{ range: update.range, message }];
  }
  return [
    {
      range: update.range,
      message: 'the package lists stay in this layer: end the RUN with rm -rf /var/lib/apt/lists/*',
      ...correction(subject, instruction),
    },
  ];
}

/** Debian's images delete each package behind apt; where that was turned off for the sake of a cache mount, and there is none, they stay. */
function archivesLeft({ model }: LintSubject, instruction: Instruction): readonly Violation[] {
  const commands = commandsIn(instruction);
  const install = commands.find((command) => aptAction(command) === 'install');
  const isKept = isMounted(instruction, ['/var/cache/apt/archives', '/var/cache/apt', '/var/cache', '/var']);
  const isCleaned =
    removes(commands, archives) || commands.some((command) => /clean$/.test(aptAction(command) ?? ''));
  const isOff = instructionsUpTo(model, instruction).some(({ syntax }) =>
    /rm\s[^&;|]*docker-clean|Keep-Downloaded-Packages["\s]+"?(?:true|1)/i.test(syntax.value),
  );
  if (install === undefined || isKept || isCleaned || !isOff) return [];
  const message =
    'docker-clean is off and /var/cache/apt is no mount here: the downloaded packages stay in this layer';
  return [{ range: install.range, message }];
}

function isMounted(instruction: Instruction, places: readonly string[]): boolean {
  return (
    cacheTargets(instruction).some((target) => places.includes(target)) ||
    mountsOf(instruction).some(
      (mount) =>
        mount.get('type') === 'tmpfs' && places.includes((mount.get('target') ?? '').replace(/\/$/, '')),
    )
  );
}

function removes(commands: readonly ShellCommand[], place: RegExp): boolean {
  return commands.some(
    (command) =>
      ['rm', 'find'].includes(programOf(command)) && command.words.some((word) => place.test(word)),
  );
}

/** Sure where the RUN is a chain whose last link always runs, and nothing below can want the lists. */
function correction(subject: LintSubject, instruction: Instruction): Pick<Violation, 'edits'> {
  const { syntax, commands = [] } = instruction;
  const last = commands.at(-1);
  const isSure =
    last?.isTopLevel === true &&
    syntax.heredocs.length === 0 &&
    last.range.end === syntax.range.end &&
    laterThan(subject, instruction).every(needsNoLists);
  const link = 'rm -rf /var/lib/apt/lists/*';
  return isSure ? { edits: [appendLink(subject.syntax, commands, { command: last, link })] } : {};
}

function laterThan({ model }: LintSubject, { stage, syntax }: Instruction): readonly Instruction[] {
  return keptStages(model)
    .flatMap(({ instructions }) => instructions)
    .filter((one) => one.stage > stage || one.syntax.startLine > syntax.startLine);
}

function installsFromThem({ commands = [] }: Instruction): boolean {
  const actions = commands.map(aptAction);
  return actions.includes('install') && !actions.includes('update');
}

/** Commands that are known, among them no script and no apt that reads the lists of another RUN. */
function needsNoLists({ syntax, commands }: Instruction): boolean {
  if (syntax.keyword !== 'run') return syntax.keyword !== 'onbuild';
  const updates = commands?.some((command) => aptAction(command) === 'update') === true;
  return (
    commands?.every(
      (command) =>
        (aptAction(command) === undefined || updates || aptAction(command) === 'clean') &&
        !/(?:^|\/)(?:ba|da|a)?sh$|\.sh$|^\.{0,2}\/|^(?:source|\.|eval|xargs|make)$/.test(
          command.words[0] ?? '',
        ) &&
        !command.words.some((word) => installersWithApt.test(word)),
    ) === true
  );
}
