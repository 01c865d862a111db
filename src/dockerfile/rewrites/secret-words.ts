import { findSecrets } from '../../finding/index.ts';
import type { Instruction, ShellCommand, Stage, TextRange } from '../model.ts';
import { keepsSecret } from './keeps-secret.ts';
import type { BuildSecret, ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { mergeChanges, noChange, type SecretChange, secretText } from './secret-change.ts';
import { pipConfigChange } from './secret-pip-config.ts';

/** `pip install --index-url https://user:password@host/simple` → the password comes out of a secret's file, the rest stays. */
export function secretWords(dockerfile: ResolvedDockerfile, facts: RewriteFacts): SecretChange {
  const values = new Map<string, string>();
  return mergeChanges(
    dockerfile.model.stages.flatMap((stage) =>
      stage.instructions
        .filter(({ syntax }) => syntax.keyword === 'run')
        .map((run) => changeOf({ run, stage, dockerfile, facts, values })),
    ),
  );
}

interface Place {
  readonly run: Instruction;
  readonly stage: Stage;
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
  /** The ids given so far, with what they stand for: two passwords for one host are two secrets. */
  readonly values: Map<string, string>;
}

function changeOf(place: Place): SecretChange {
  const { run, dockerfile } = place;
  const { text } = dockerfile.syntax;
  const where = dockerfile.placeOf(run.syntax);
  const offset = run.syntax.valueRange.start;
  const raw = text.slice(offset, run.syntax.range.end);
  const found = findSecrets(raw).filter(({ start, end }) => isLiteral(raw.slice(start, end)));
  if (found.length === 0) return noChange;
  if (run.commands === undefined || run.syntax.heredocs.length > 0)
    return leftAlone(`${where} holds a secret, but is not read here (a heredoc, or no shell)`);
  return mergeChanges(
    found.map(({ start, end, kind }) =>
      wordChange(place, {
        range: { start: start + offset, end: end + offset },
        kind: kind === 'URL credentials' ? 'password' : 'token',
      }),
    ),
  );
}

interface Literal {
  readonly range: TextRange;
  readonly kind: 'password' | 'token';
}

function wordChange(place: Place, { range, kind }: Literal): SecretChange {
  const { run, stage, dockerfile, facts, values } = place;
  const { text } = dockerfile.syntax;
  const where = dockerfile.placeOf(run.syntax);
  const isAround = (one: TextRange): boolean => one.start <= range.start && one.end >= range.end;
  const command = run.commands?.findLast((one) => isAround(one.range));
  const word = command?.wordRanges.find(isAround);
  if (command === undefined || word === undefined)
    return leftAlone(`${where} holds a secret where it cannot be taken out`);
  const value = text.slice(range.start, range.end);
  const id = freeId(idOf(text.slice(word.start, word.end), kind), value, values);
  const subjects = [`the ${kind} in \`${command.words[0] ?? ''}\``];
  const secrets: readonly BuildSecret[] = [{ id, source: { kind: 'literal', value } }];
  const configured = pipConfigChange({ run, stage, command, dockerfile, facts, range, id });
  if (configured !== undefined) return { ...configured, secrets, subjects };
  if (keepsSecret(command, text))
    return leftAlone(
      `${where}: \`${nameOf(command)}\` keeps the ${kind} in a file, so the layer would hold it all the same; mount that file as a secret instead`,
    );
  const newText = inQuotes(text.slice(word.start, range.start), secretText(id));
  return {
    ...noChange,
    mounts: [{ run, id, isRequired: true }],
    edits: [{ range, newText }],
    secrets,
    subjects,
  };
}

/** Without arguments, one of which is the secret. */
function nameOf({ words }: ShellCommand): string {
  const [program = '', action = ''] = words;
  return /^(git|pip3?|poetry|uv|docker)$/.test(program) ? `${program} ${action}` : program;
}

function leftAlone(why: string): SecretChange {
  return { ...noChange, leftAlone: [why] };
}

/** Not a reference, and no placeholder. */
function isLiteral(value: string): boolean {
  return !/[$`(<{]/.test(value) && !/^(x+|\*+|changeme|your[-_].*|example)$/i.test(value);
}

/** The same text in the shell: outside of quotes the file's content must not be split into words. */
function inQuotes(before: string, inner: string): string {
  let quote = '';
  for (let at = 0; at < before.length; at += 1) {
    const character = before.charAt(at);
    if (character === '\\' && quote !== "'") at += 1;
    else if (quote === '') quote = character === '"' || character === "'" ? character : '';
    else if (character === quote) quote = '';
  }
  if (quote === '"') return inner;
  return quote === "'" ? `'"${inner}"'` : `"${inner}"`;
}

/** `pypi_example_com_password` of `https://user:…@pypi.example.com/simple`. */
function idOf(word: string, kind: string): string {
  const host = /@([\w.-]+)/.exec(word)?.[1] ?? 'build';
  return `${host.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${kind}`;
}

function freeId(wanted: string, value: string, values: Map<string, string>): string {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted}_${number}`;
    const known = values.get(id);
    if (known !== undefined && known !== value) continue;
    values.set(id, value);
    return id;
  }
}
