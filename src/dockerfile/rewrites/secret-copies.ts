import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { readContextCopy } from './context-paths.ts';
import { removeBlock } from './remove-block.ts';
import { removeLinks } from './remove-links.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { mergeChanges, noChange, type SecretChange } from './secret-change.ts';
import { fileReader } from './secret-readers.ts';
import { secretUse } from './secret-use.ts';

/** Files that hold credentials and nothing else. */
const credentialNames = /^(\.netrc|_netrc|\.pypirc|\.git-credentials)$/;
/** Files that an installer reads, and that may hold credentials. */
const installerNames = /^(pip\.conf|uv\.toml|\.condarc|\.npmrc|auth\.toml)$/;
const environmentFile = /^\.env(\.(?!example|sample|template|dist)[\w.-]+)?$/;

/** `COPY pip.conf /etc/pip.conf` with a password in it → a secret that is mounted at that path while something is installed. */
export function secretCopies(dockerfile: ResolvedDockerfile, facts: RewriteFacts): SecretChange {
  return mergeChanges(
    dockerfile.model.stages.flatMap((stage) =>
      stage.instructions.map((instruction) => changeOf(dockerfile, { stage, instruction }, facts)),
    ),
  );
}

interface Place {
  readonly stage: Stage;
  readonly instruction: Instruction;
}

function changeOf(
  dockerfile: ResolvedDockerfile,
  { stage, instruction }: Place,
  facts: RewriteFacts,
): SecretChange {
  const copy = readContextCopy(instruction);
  const sources = copy?.sources.filter((source) => holdsCredentials(source, facts)) ?? [];
  const [source] = sources;
  if (copy === undefined || source === undefined) return noChange;
  const name = posix.basename(source);
  const place = dockerfile.placeOf(instruction.syntax);
  const leave = (why: string): SecretChange => ({ ...noChange, leftAlone: [`${place}: ${name}: ${why}`] });
  if (environmentFile.test(name))
    return leave(
      'the application reads it when it starts; hand it in then (`--env-file`, `env_file:`), and take the COPY out',
    );
  if (copy.sources.length > 1) return leave('it is copied together with other files');
  if (instruction.syntax.flags.some((flag) => flag.name === 'chown'))
    return leave('it is copied for another user');
  if (dockerfile.model.stages.some((one) => one.baseStage === stage.position))
    return leave('stages that start from this one see it too');
  const target = copy.destination.endsWith('/') ? `${copy.destination}${name}` : copy.destination;
  const behind = stage.instructions.slice(stage.instructions.indexOf(instruction) + 1);
  const removing = behind.map((one) => removalOf(one, target, dockerfile.syntax.text));
  if (removing.includes('unsure')) return leave('a RUN removes it in a way that would meet the mount');
  const gone = behind.filter((_, at) => removing[at] === 'whole');
  const reader = fileReader(target);
  const users = behind.flatMap((run) => {
    const isRun = run.syntax.keyword === 'run' && !gone.includes(run);
    const use = isRun ? secretUse(run, reader, { model: dockerfile.model, facts }) : undefined;
    return use === undefined ? [] : [{ run, use }];
  });
  if (users.length === 0)
    return leave('no RUN here reads it; where the running container does, hand it in when that starts');
  const id = name.replace(/^[._]/, '').replace(/[^\w]+/g, '-');
  const { text } = dockerfile.syntax;
  const { blockStart, range } = instruction.syntax;
  return {
    ...noChange,
    mounts: users.map(({ run }) => ({ run, id, target, isRequired: true })),
    edits: [
      removeBlock(text, { start: blockStart, end: range.end }),
      ...gone.map((one) => removeBlock(text, { start: one.syntax.blockStart, end: one.syntax.range.end })),
      ...removing.flatMap((one) => (typeof one === 'string' ? [] : one)),
    ],
    secrets: [{ id, source: { kind: 'file', path: source } }],
    leftAlone: users.flatMap(({ run, use }) =>
      typeof use === 'object' ? [`${dockerfile.placeOf(run.syntax)} gets ${name} too: ${use.because}`] : [],
    ),
    subjects: [`${facts.credentialFiles?.get(source) ?? 'the credentials'} in ${name}`],
  };
}

function holdsCredentials(source: string, { credentialFiles }: RewriteFacts): boolean {
  const name = posix.basename(source);
  if (credentialNames.test(name) || environmentFile.test(name)) return true;
  return installerNames.test(name) && credentialFiles?.has(source) === true;
}

/** `rm /root/.netrc` of an earlier layer's file: a mounted file cannot be removed, and does not have to be. */
function removalOf(run: Instruction, target: string, text: string): readonly TextEdit[] | 'whole' | 'unsure' {
  const isRemoval = ({ words }: { readonly words: readonly string[] }): boolean =>
    words[0] === 'rm' && words.some((word) => word === target || word === target.replace(/^\/root\//, '~/'));
  const removals = (run.commands ?? []).filter(isRemoval);
  if (removals.length === 0) return [];
  const isPlain = removals.every(
    ({ words }) => words.slice(1).filter((word) => !word.startsWith('-')).length === 1,
  );
  if (isPlain && run.commands?.length === removals.length) return 'whole';
  const edits = removeLinks(run, text, isRemoval);
  return isPlain && edits.length === removals.length ? edits : 'unsure';
}
