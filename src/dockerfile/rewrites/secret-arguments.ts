import { findSecrets } from '../../finding/index.ts';
import type { Instruction, Stage } from '../model.ts';
import { isSecretName } from '../secret-names.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';
import { type NameValue, parseNameValues } from '../syntax/words.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { keepsSecret } from './keeps-secret.ts';
import type { ResolvedDockerfile } from './rewrite.ts';
import {
  isPlainRun,
  mergeChanges,
  needsNoSecret,
  noChange,
  type PairRemoval,
  type SecretChange,
  secretText,
} from './secret-change.ts';

/** Variables that only installers read: the running container does without them. */
const installerVariable = /^(PIP_|UV_|POETRY_|PDM_|PIPENV_|TWINE_)/;

/** `ARG GIT_TOKEN` → a secret of that name in the RUNs behind it, with the ENV of installers that is put together from it. */
export function secretArguments(dockerfile: ResolvedDockerfile): SecretChange {
  const { model, syntax } = dockerfile;
  const changes = model.stages.flatMap((stage) =>
    stage.instructions.flatMap((instruction) =>
      pairsOf(instruction, syntax, 'arg').flatMap((pair) =>
        isSecret(pair, stage) ? [changeOf(dockerfile, { stage, instruction, pair })] : [],
      ),
    ),
  );
  const literals = model.stages.flatMap((stage) => literalVariables(dockerfile, stage));
  const merged = mergeChanges([...changes, ...literals]);
  return { ...merged, removals: [...merged.removals, ...globalRemovals(dockerfile, merged)] };
}

/** `ARG SECRET_KEY=dummy`, for a step that needs any value. */
const placeholder =
  /^["']?(dummy|fake|none|null|build|test|insecure|unused|change[-_]?me|not[-_]?a?[-_]?secret|placeholder|x+)\b/i;

interface SecretArgument {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly pair: NameValue;
}

function pairsOf(
  instruction: Instruction,
  { escape: escapeCharacter }: DockerfileSyntax,
  keyword: string,
): readonly NameValue[] {
  return instruction.syntax.keyword === keyword ? parseNameValues(instruction.syntax, escapeCharacter) : [];
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

function changeOf(dockerfile: ResolvedDockerfile, argument: SecretArgument): SecretChange {
  const { stage, instruction, pair } = argument;
  const { name } = pair;
  const behind = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
  const variables = behind.flatMap((one) =>
    pairsOf(one, dockerfile.syntax, 'env')
      .filter(({ value }) => mentions(value ?? '', name))
      .map((variable) => ({ instruction: one, variable })),
  );
  const isRead = (run: Instruction): boolean =>
    mentions(wholeText(run), name) || mayRead(run, name) || (variables.length > 0 && !needsNoSecret(run));
  const runs = behind.filter((one) => one.syntax.keyword === 'run' && isRead(one));
  const doubt = doubtOf(dockerfile, argument, { behind, runs, variables });
  const place = dockerfile.placeOf(instruction.syntax);
  if (doubt !== undefined) return { ...noChange, leftAlone: [`${place}: ${name}: ${doubt}`] };
  if (runs.length === 0) return noChange;
  const isRequired = pair.value !== '' && pair.value !== '""' && !runs.some((run) => asksFor(run, name));
  return {
    mounts: runs.map((run) => ({ run, id: name, isRequired })),
    assignments: runs.flatMap((run) => [
      { run, text: `${name}="${secretText(name, isRequired)}"` },
      ...variables
        .filter(({ instruction: env }) => behind.indexOf(env) < behind.indexOf(run))
        .map(({ variable }) => ({ run, text: `&& export ${variable.name}="${unquoted(variable)}"` })),
    ]),
    edits: [],
    removals: [
      { instruction, pair },
      ...variables.map((one) => ({ instruction: one.instruction, pair: one.variable })),
    ],
    secrets: [{ id: name, source: { kind: 'argument', name, value: stage.after.args[name] } }],
    subjects: [`the build argument ${name}`],
    leftAlone: runs.flatMap((run) => keptInLayer(run, name, dockerfile)),
  };
}

interface Uses {
  readonly behind: readonly Instruction[];
  readonly runs: readonly Instruction[];
  readonly variables: readonly { readonly instruction: Instruction; readonly variable: NameValue }[];
}

function doubtOf(
  { model, syntax, placeOf }: ResolvedDockerfile,
  { stage, pair: { name } }: SecretArgument,
  { behind, runs, variables }: Uses,
): string | undefined {
  if (model.stages.some((one) => one.baseStage === stage.position))
    return 'stages that start from this one see it too';
  // In any stage: a builder that was split off has the argument, and not the variable.
  const kept = model.stages
    .flatMap((one) => one.instructions)
    .flatMap((one) => pairsOf(one, syntax, 'env'))
    .find((pair) => mentions(pair.value ?? '', name) && !installerVariable.test(pair.name));
  if (kept !== undefined)
    return `${kept.name} keeps it in the image, where the running container may need it; hand it in when the container starts`;
  const odd = variables.find(({ variable }) => !/^[\w:/.@${}%+~-]*$/.test(unquoted(variable)));
  if (odd !== undefined) return `the value of ${odd.variable.name} is not plain`;
  const other = behind.find(
    ({ syntax }) =>
      !['run', 'env', 'arg', 'cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword) &&
      mentions(syntax.value, name),
  );
  if (other !== undefined) return `${placeOf(other.syntax)} uses it outside of a RUN`;
  const derived = behind.find((one) => one.syntax.keyword === 'arg' && mentions(one.syntax.value, name));
  if (derived !== undefined) return `${placeOf(derived.syntax)} puts it into another argument`;
  const unread = runs.find((one) => !isPlainRun(one));
  return unread === undefined
    ? undefined
    : `${placeOf(unread.syntax)} is not read here (a heredoc, or no shell)`;
}

/** `ENV PIP_INDEX_URL=https://user:password@host/simple`: what stands in the Dockerfile itself. */
function literalVariables({ syntax, placeOf, model }: ResolvedDockerfile, stage: Stage): SecretChange[] {
  return stage.instructions.flatMap((instruction) =>
    pairsOf(instruction, syntax, 'env').flatMap((pair): SecretChange[] => {
      const value = unquoted(pair);
      const [secret] = findSecrets(value).filter(({ start, end }) => !value.slice(start, end).includes('$'));
      const isLiteral =
        secret !== undefined || (isSecretName(pair.name) && value !== '' && !value.includes('$'));
      if (!isLiteral) return [];
      const place = placeOf(instruction.syntax);
      const behind = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
      const runs = behind.filter((one) => one.syntax.keyword === 'run' && !needsNoSecret(one));
      const isMovable =
        secret !== undefined &&
        installerVariable.test(pair.name) &&
        /^[\w:/.@%+~-]*$/.test(value) &&
        runs.length > 0 &&
        runs.every(isPlainRun) &&
        !model.stages.some((one) => one.baseStage === stage.position);
      if (!isMovable)
        return [
          {
            ...noChange,
            leftAlone: [
              `${place}: ${pair.name} holds a secret that everybody who has the image can read; the running container may need it: hand it in when the container starts`,
            ],
          },
        ];
      const id = `${pair.name.toLowerCase()}_password`;
      const moved = `${value.slice(0, secret.start)}${secretText(id)}${value.slice(secret.end)}`;
      return [
        {
          mounts: runs.map((run) => ({ run, id, isRequired: true })),
          assignments: runs.map((run) => ({ run, text: `${pair.name}="${moved}"` })),
          edits: [],
          removals: [{ instruction, pair }],
          secrets: [{ id, source: { kind: 'literal', value: value.slice(secret.start, secret.end) } }],
          subjects: [`the password in ${pair.name}`],
          leftAlone: [],
        },
      ];
    }),
  );
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\$(?:\\{[#!]?)?${name}\\b`).test(text);
}

const readUnasked =
  /^(PIP|UV|POETRY|PDM|PIPENV|HF|HUGGING_FACE|HUGGINGFACE|AWS|AZURE|GOOGLE|WANDB|KAGGLE|NPM|GH|GITHUB|GITLAB|CI)_/;

/** Whether a RUN may read a variable that it does not name: a program of the project's, requirements with `${NAME}` in them, a `setup.py`, well-known variables. */
function mayRead(run: Instruction, name: string): boolean {
  if (needsNoSecret(run)) return false;
  const { role, installs } = classifyInstruction(run);
  const isPlain =
    role === 'dependencies' &&
    installs.every(
      (one) => one.requirementFiles.length + one.constraintFiles.length + one.localPaths.length === 0,
    );
  return !isPlain || readUnasked.test(name);
}

function wholeText({ syntax }: Instruction): string {
  return [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n');
}

/** A RUN that goes on without it: `if [ -n "$TOKEN" ]`, `${TOKEN:-}`. */
function asksFor({ syntax }: Instruction, name: string): boolean {
  return new RegExp(`-[nz]\\s+"?\\$\\{?${name}\\b|\\$\\{${name}:?[-+]`).test(syntax.value);
}

function unquoted({ value = '' }: NameValue): string {
  return value.replace(/^(["'])(.*)\1$/s, '$2');
}

/** `ARG TOKEN` in front of the first FROM only hands a value on. */
function globalRemovals(
  { model, syntax }: ResolvedDockerfile,
  { secrets, leftAlone }: SecretChange,
): PairRemoval[] {
  return model.globalArgs.flatMap((instruction) =>
    pairsOf(instruction, syntax, 'arg').flatMap((pair) => {
      const isMoved = secrets.some(({ source }) => source.kind === 'argument' && source.name === pair.name);
      const isKept =
        model.stages.some(({ from }) => mentions(from.value, pair.name)) ||
        leftAlone.some((why) => why.includes(`: ${pair.name}: `));
      return isMoved && !isKept ? [{ instruction, pair }] : [];
    }),
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
