import { findSecrets } from '../../finding/index.ts';
import type { Instruction, Stage } from '../model.ts';
import { isSecretName } from '../secret-names.ts';
import type { NameValue } from '../syntax/words.ts';
import { keepsSecret } from './keeps-secret.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { isPlainRun, mergeChanges, noChange, type SecretChange, secretText } from './secret-change.ts';
import {
  type DerivedVariable,
  derivedVariables,
  exportOf,
  installerVariable,
  mentions,
  pairsOf,
  unquoted,
  withoutDefault,
  withSources,
} from './secret-derived.ts';
import { variableReader } from './secret-readers.ts';
import { secretUse } from './secret-use.ts';

/** `ARG GIT_TOKEN` → a secret of that name in the RUNs behind it, with the ENV of installers that is put together from it. */
export function secretArguments(dockerfile: ResolvedDockerfile, facts: RewriteFacts): SecretChange {
  const { model, syntax } = dockerfile;
  const changes = model.stages.flatMap((stage) =>
    stage.instructions.flatMap((instruction) =>
      pairsOf(instruction, syntax, 'arg').flatMap((pair) =>
        isSecret(pair, stage) ? [changeOf(dockerfile, { stage, instruction, pair }, facts)] : [],
      ),
    ),
  );
  const merged = mergeChanges(changes);
  const global = globalArguments(dockerfile, merged);
  return mergeChanges([merged, global]);
}

/** `ARG SECRET_KEY=dummy`, for a step that needs any value. */
const placeholder =
  /^["']?(dummy|fake|none|null|build|test|insecure|unused|change[-_]?me|not[-_]?a?[-_]?secret|placeholder|x+)\b/i;

interface SecretArgument {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly pair: NameValue;
}

/** By its name, or because a URL with credentials is what it holds. */
function isSecret({ name }: NameValue, { after }: Stage): boolean {
  const value = after.args[name] ?? '';
  return (isSecretName(name) && !placeholder.test(value)) || hasCredentials(value);
}

function hasCredentials(value: string): boolean {
  return findSecrets(value).some(
    ({ kind, start, end }) => kind === 'URL credentials' && !value.slice(start, end).includes('$'),
  );
}

function changeOf(
  dockerfile: ResolvedDockerfile,
  argument: SecretArgument,
  facts: RewriteFacts,
): SecretChange {
  const { stage, instruction, pair } = argument;
  const { name } = pair;
  const behind = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
  const derived = derivedVariables(name, behind, dockerfile.syntax);
  const users = usersOf(name, { behind, derived, dockerfile, facts });
  const runs = users.map(({ run }) => run);
  const doubt = doubtOf(dockerfile, argument, { behind, runs, derived });
  const place = dockerfile.placeOf(instruction.syntax);
  if (doubt !== undefined) return { ...noChange, leftAlone: [`${place}: ${name}: ${doubt}`] };
  if (runs.length === 0)
    return { ...noChange, leftAlone: [`${place}: ${name}: no RUN uses it; take the ARG out`] };
  const isRequired = pair.value !== '' && pair.value !== '""' && !runs.some((run) => asksFor(run, name));
  return {
    mounts: runs.map((run) => ({ run, id: name, isRequired })),
    assignments: users.flatMap(({ run, variables }) => [
      { run, text: `${name}="${secretText(name, isRequired)}"` },
      ...variables.map((variable) => ({ run, text: `&& export ${exportOf(variable)}` })),
    ]),
    edits: derived.flatMap((variable) => withoutDefault(variable)),
    removals: [
      { instruction, pair },
      ...derived
        .filter((one) => one.kind === 'env')
        .map((one) => ({ instruction: one.instruction, pair: one.pair })),
    ],
    secrets: [{ id: name, source: { kind: 'argument', name, value: stage.after.args[name] } }],
    subjects: [`the build argument ${name}`],
    leftAlone: [
      ...users.flatMap(({ run, because }) =>
        because === undefined ? [] : [`${dockerfile.placeOf(run.syntax)} gets ${name} too: ${because}`],
      ),
      ...runs.flatMap((run) => keptInLayer(run, name, dockerfile)),
    ],
  };
}

/** A RUN that uses a secret, with the derived variables that it needs as well. */
interface SecretUser {
  readonly run: Instruction;
  readonly variables: readonly DerivedVariable[];
  /** Why it may use it, where nobody can tell. */
  readonly because: string | undefined;
}

interface UserQuestion {
  readonly behind: readonly Instruction[];
  readonly derived: readonly DerivedVariable[];
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
}

/** The RUNs that use the argument, or a variable that is put together from it. */
function usersOf(name: string, { behind, derived, dockerfile, facts }: UserQuestion): readonly SecretUser[] {
  const { model } = dockerfile;
  const runs = behind.filter((one) => one.syntax.keyword === 'run');
  const usersWith = (isUnnamed: boolean): readonly SecretUser[] =>
    runs.flatMap((run) => {
      const there = derived.filter((one) => behind.indexOf(one.instruction) < behind.indexOf(run));
      const use = secretUse(run, variableReader(name, isUnnamed), { model, facts });
      const found = there.map((variable) => ({
        variable,
        use: secretUse(run, variableReader(variable.pair.name, false), { model, facts }),
      }));
      const used = found.filter((one) => one.use !== undefined).map((one) => one.variable);
      if (use === undefined && used.length === 0) return [];
      const isRead = use === 'read' || found.some((one) => one.use === 'read');
      const doubts = [use, ...found.map((one) => one.use)].flatMap((one) =>
        typeof one === 'object' ? [one.because] : [],
      );
      return [{ run, variables: withSources(used, there), because: isRead ? undefined : doubts[0] }];
    });
  const named = usersWith(false);
  return named.some(({ because }) => because === undefined) ? named : usersWith(true);
}

interface Uses {
  readonly behind: readonly Instruction[];
  readonly runs: readonly Instruction[];
  readonly derived: readonly DerivedVariable[];
}

function doubtOf(
  { model, syntax, placeOf }: ResolvedDockerfile,
  { stage, instruction, pair }: SecretArgument,
  { behind, runs, derived }: Uses,
): string | undefined {
  const { name } = pair;
  if (model.stages.some((one) => one.baseStage === stage.position))
    return 'stages that start from this one see it too';
  const names = [name, ...derived.map((one) => one.pair.name)];
  // In any stage: a builder that was split off has the argument, and not the variable.
  const kept = model.stages
    .flatMap((one) => one.instructions)
    .flatMap((one) => pairsOf(one, syntax, 'env'))
    .find(
      (one) => names.some((used) => mentions(one.value ?? '', used)) && !installerVariable.test(one.name),
    );
  if (kept !== undefined)
    return `${kept.name} keeps it in the image, where the running container may need it; hand it in when the container starts`;
  const odd = derived.find((one) => !/^[\w:/.@${}%+~-]*$/.test(unquoted(one.pair)));
  if (odd !== undefined) return `the value of ${odd.pair.name} is not plain`;
  const source = stage.instructions
    .flatMap((one) => pairsOf(one, syntax, 'arg'))
    .find((one) => one.name !== name && isSecretName(one.name) && mentions(pair.value ?? '', one.name));
  if (source !== undefined) return `it is put together from another argument, ${source.name}`;
  const secret = derived.find((one) => one.kind === 'arg' && isSecretName(one.pair.name));
  if (secret !== undefined) return `${placeOf(secret.instruction.syntax)} puts it into another argument`;
  const other = behind.find(
    (one) =>
      one !== instruction &&
      !['run', 'env', 'arg', 'cmd', 'entrypoint', 'healthcheck'].includes(one.syntax.keyword) &&
      names.some((used) => mentions(one.syntax.value, used)),
  );
  if (other !== undefined) return `${placeOf(other.syntax)} uses it outside of a RUN`;
  const unread = runs.find((one) => !isPlainRun(one));
  return unread === undefined
    ? undefined
    : `${placeOf(unread.syntax)} is not read here (a heredoc, or no shell)`;
}

/** A RUN that goes on without it: `if [ -n "$TOKEN" ]`, `${TOKEN:-}`. */
function asksFor({ syntax }: Instruction, name: string): boolean {
  return new RegExp(`-[nz]\\s+"?\\$\\{?${name}\\b|\\$\\{${name}:?[-+]`).test(syntax.value);
}

/** `ARG TOKEN` in front of the first FROM only hands a value on, unless another one is put together from it. */
function globalArguments(
  { model, syntax, placeOf }: ResolvedDockerfile,
  { secrets, leftAlone }: SecretChange,
): SecretChange {
  return mergeChanges(
    model.globalArgs.flatMap((instruction) =>
      pairsOf(instruction, syntax, 'arg').map((pair): SecretChange => {
        const { name } = pair;
        const derived = model.globalArgs.find((one) =>
          pairsOf(one, syntax, 'arg').some((other) => mentions(other.value ?? '', name)),
        );
        if (derived !== undefined && isSecretName(name))
          return {
            ...noChange,
            leftAlone: [
              `${placeOf(instruction.syntax)}: ${name}: ${placeOf(derived.syntax)} puts it into another argument`,
            ],
          };
        const isMoved = secrets.some(({ source }) => source.kind === 'argument' && source.name === name);
        const isKept =
          derived !== undefined ||
          model.stages.some(({ from }) => mentions(from.value, name)) ||
          leftAlone.some((why) => why.includes(`: ${name}: `));
        return isMoved && !isKept ? { ...noChange, removals: [{ instruction, pair }] } : noChange;
      }),
    ),
  );
}

/** Commands that write what they are told into a file, in a RUN that removes nothing. */
function keptInLayer(run: Instruction, name: string, { placeOf, syntax }: ResolvedDockerfile): string[] {
  const commands = run.commands ?? [];
  if (commands.some(({ words }) => words[0] === 'rm')) return [];
  const keeper = commands.find(
    (command) =>
      mentions(syntax.text.slice(command.range.start, command.range.end), name) &&
      keepsSecret(command, syntax.text),
  );
  return keeper === undefined
    ? []
    : [
        `${placeOf(run.syntax)}: \`${keeper.words.slice(0, 2).join(' ')}\` keeps ${name} in a file, which stays in the layer unless the same RUN removes it`,
      ];
}
