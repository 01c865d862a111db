import type { Instruction, ShellCommand } from '../model.ts';
import { programOf } from '../programs.ts';
import { cacheTargets, mountsOf } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';
import { appendLink } from './append-link.ts';
import type { LintRule, Violation } from './rule.ts';

interface Manager {
  readonly program: RegExp;
  readonly hadolint: string;
  readonly cache: RegExp;
  readonly install: RegExp;
  readonly clean: RegExp;
}

const managers: readonly Manager[] = [
  {
    program: /^yum$/,
    hadolint: 'DL3032',
    cache: /^\/var\/cache(?:\/(?:yum|dnf))?\b/,
    install: /^(?:install|update|upgrade|groupinstall|localinstall|reinstall)$/,
    clean: /^clean$/,
  },
  {
    program: /^(?:dnf5?|microdnf|tdnf)$/,
    hadolint: 'DL3040',
    cache: /^\/var\/cache(?:\/(?:yum|dnf|libdnf5|tdnf))?\b/,
    install: /^(?:install|update|upgrade|groupinstall|localinstall|reinstall)$/,
    clean: /^clean$/,
  },
  {
    program: /^zypper$/,
    hadolint: 'DL3036',
    cache: /^\/var\/cache(?:\/zypp)?\b/,
    install: /^(?:install|in|update|up|dist-upgrade|dup)$/,
    clean: /^(?:clean|cc)$/,
  },
];

/** yum, dnf or zypper keeps what it downloads in the layer. */
export const rpmCache: LintRule = {
  id: 'rpm-cache',
  hadolint: ['DL3032', 'DL3036', 'DL3040'],
  severity: 'warning',
  title: 'yum, dnf or zypper keeps its cache in the layer',
  check: ({ model, syntax }) =>
    keptStages(model)
      .flatMap(({ instructions }) => instructions)
      .flatMap((instruction) => managers.flatMap((manager) => cacheLeft(syntax, instruction, manager))),
};

function cacheLeft(
  syntax: DockerfileSyntax,
  instruction: Instruction,
  manager: Manager,
): readonly Violation[] {
  const commands = instruction.commands ?? [];
  const own = commands.filter((command) => manager.program.test(programOf(command)));
  const install = own.findLast(({ words }) => words.some((word) => manager.install.test(word)));
  const isMounted = [
    ...cacheTargets(instruction),
    ...mountsOf(instruction).flatMap((mount) =>
      mount.get('type') === 'tmpfs' ? [mount.get('target') ?? ''] : [],
    ),
  ].some((target) => manager.cache.test(target));
  if (install === undefined || isMounted || isCleaned(commands, manager)) return [];
  const link = `${install.words[0] === 'sudo' ? 'sudo ' : ''}${programOf(install)} clean${manager.hadolint === 'DL3036' ? '' : ' all'}`;
  return [
    {
      range: install.range,
      hadolint: manager.hadolint,
      message: `what it downloads stays in this layer: end the RUN with ${link}`,
      ...(install.isTopLevel ? { edits: [appendLink(syntax, commands, { command: install, link })] } : {}),
    },
  ];
}

/** By any of these programs, which share their caches, or by hand. */
function isCleaned(commands: readonly ShellCommand[], { cache, clean }: Manager): boolean {
  return commands.some((command) => {
    const program = programOf(command);
    if (program === 'rm' || program === 'find') return command.words.some((word) => cache.test(word));
    return (
      managers.some((manager) => manager.program.test(program)) &&
      command.words.some((word) => clean.test(word))
    );
  });
}
