import type { Instruction } from '../dockerfile/index.ts';
import type { ForecastRow, MissingRow } from './forecast.ts';
import { buildHint } from './forecast-image.ts';
import type { InstalledStages } from './installed-stages.ts';

/** Programs that install much, and whose lock files or repositories are not read, with the words that make them do it. */
const installers: readonly {
  readonly group: ForecastRow['group'];
  readonly programs: RegExp;
  readonly actions: RegExp;
}[] = [
  { group: 'python-dependencies', programs: /^(rye|pixi)$/, actions: /^(install|sync)$/ },
  {
    group: 'python-dependencies',
    programs: /^(conda|mamba|micromamba)$/,
    actions: /^(install|create|update)$/,
  },
  { group: 'system-packages', programs: /^apk$/, actions: /^add$/ },
  { group: 'system-packages', programs: /^(yum|dnf|microdnf|tdnf|zypper)$/, actions: /^(install|in)$/ },
];

/** Whether a command installs packages from where nobody looked. */
export function isUnreadInstall(words: readonly string[]): boolean {
  return unreadInstall(words) !== undefined;
}

/** What those commands bring: system packages of the target stage, Python dependencies also of copied environments. */
export function unreadInstalls({ own, builders }: InstalledStages): MissingRow[] {
  const of = (instructions: readonly Instruction[]): MissingRow[] =>
    instructions.flatMap(({ syntax, commands }) =>
      (commands ?? []).flatMap(({ words }): MissingRow[] => {
        const found = unreadInstall(words);
        if (found === undefined) return [];
        const because = `line ${syntax.startLine}: what \`${found.shown}\` installs is known to the build only`;
        return [{ group: found.group, because, hint: buildHint }];
      }),
    );
  return [...of(builders).filter(({ group }) => group === 'python-dependencies'), ...of(own)];
}

function unreadInstall(
  words: readonly string[],
): { readonly group: ForecastRow['group']; readonly shown: string } | undefined {
  const [program = '', ...rest] = words[0] === 'sudo' ? words.slice(1) : words;
  const name = program.split('/').pop() ?? '';
  const installer = installers.find(({ programs }) => programs.test(name));
  // The action is not always the first word: `conda env create`, `apk --no-cache add`.
  const action = rest.find((word) => installer?.actions.test(word));
  return installer === undefined || action === undefined
    ? undefined
    : { group: installer.group, shown: `${name} ${action}` };
}
