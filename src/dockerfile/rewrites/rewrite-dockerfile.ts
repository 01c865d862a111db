import { type Risk, redactInstruction } from '../../finding/index.ts';
import { resolveDockerfile } from '../resolve-model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import { parseDockerfile } from '../syntax/parse.ts';
import type { InstructionSyntax } from '../syntax/syntax.ts';
import { brokenQuotes } from './broken-quotes.ts';
import {
  type BuildSecret,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteId,
  type RewriteProposal,
} from './rewrite.ts';
import { rewrites } from './rewrites.ts';

/** One rewrite that changed the Dockerfile. */
export interface AppliedRewrite {
  readonly id: RewriteId;
  readonly title: string;
  readonly risk: Risk;
  readonly reason: string;
  /** The Dockerfile before and after this rewrite alone. */
  readonly before: string;
  readonly after: string;
  /** Secrets that the file must be built with from here on. */
  readonly secrets: readonly BuildSecret[];
}

/** A Dockerfile with the rewrites in it. */
export interface RewrittenDockerfile {
  readonly text: string;
  readonly applied: readonly AppliedRewrite[];
  readonly leftAlone: readonly { readonly id: RewriteId; readonly because: string }[];
  /** Opt-in rewrites that would change this Dockerfile, but were not asked for. */
  readonly offered: readonly { readonly id: RewriteId; readonly title: string; readonly reason: string }[];
}

/** How a Dockerfile is resolved, and which rewrites may run. */
export interface RewriteOptions {
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Rewrites that may not run. */
  readonly without: ReadonlySet<RewriteId>;
  /** Opt-in rewrites that were asked for; the others of that kind are only offered. */
  readonly asked?: ReadonlySet<RewriteId> | undefined;
}

/** Runs the rewrites one after the other, each on a fresh parse of the text that the one before left. */
export function rewriteDockerfile(
  text: string,
  facts: RewriteFacts,
  options: RewriteOptions,
): RewrittenDockerfile {
  const applied: AppliedRewrite[] = [];
  const leftAlone: { id: RewriteId; because: string }[] = [];
  const placeOf = placesIn(text);
  const read = (from: string): ResolvedDockerfile => resolved(from, options, placeOf);
  const wanted = rewrites.filter(({ id }) => !options.without.has(id));
  const waits = ({ id, risk }: Rewrite): boolean => risk === 'opt-in' && options.asked?.has(id) !== true;
  // Most rewrites have no business here: what nobody changed is not read again.
  let current = read(text);
  for (const rewrite of wanted) {
    if (waits(rewrite)) continue;
    const { file, reasons, proposal } = proposeAll(rewrite, current, { facts, read });
    leftAlone.push(
      ...proposal.leftAlone.map((because) => ({ id: rewrite.id, because: redactInstruction(because) })),
    );
    const [before, after] = [current.syntax.text, file.syntax.text];
    if (after === before) continue;
    const { id, title, risk } = rewrite;
    const { secrets = [] } = proposal;
    applied.push({ id, title, risk, reason: reasons.join('; '), before, after, secrets });
    current = file;
  }
  const offered = wanted.filter(waits).flatMap((rewrite) => {
    const { edits, reason } = rewrite.propose(current, facts);
    return edits.length === 0 ? [] : [{ id: rewrite.id, title: rewrite.title, reason }];
  });
  return { text: current.syntax.text, applied, leftAlone, offered };
}

/** The file as the rewrite leaves it, why, and its last proposal that changed something (or said that nothing is to be changed). */
function proposeAll(
  rewrite: Rewrite,
  file: ResolvedDockerfile,
  { facts, read }: { readonly facts: RewriteFacts; readonly read: (text: string) => ResolvedDockerfile },
): {
  readonly file: ResolvedDockerfile;
  readonly reasons: readonly string[];
  readonly proposal: RewriteProposal;
} {
  const reasons: string[] = [];
  for (let current = file; ; ) {
    const proposal = proposeWhole(rewrite, current, facts);
    const after = applyEdits(current.syntax.text, proposal.edits);
    if (after === current.syntax.text) return { file: current, reasons, proposal };
    reasons.push(proposal.reason);
    current = read(after);
    if (rewrite.isRepeated !== true) return { file: current, reasons, proposal };
  }
}

/** The proposal; without its edits where they would break the quotes of a program (`sh -c '…'`). */
function proposeWhole(rewrite: Rewrite, file: ResolvedDockerfile, facts: RewriteFacts): RewriteProposal {
  const proposal = rewrite.propose(file, facts);
  const broken = brokenQuotes(file, proposal.edits);
  if (broken.length === 0) return proposal;
  const reasons = broken.map(
    ({ syntax }) => `${file.placeOf(syntax)}: the change would break the quotes around its program`,
  );
  return { ...nothingToDo, leftAlone: [...proposal.leftAlone, ...reasons] };
}

function resolved(
  text: string,
  { target, buildArgs }: RewriteOptions,
  placeOf: ResolvedDockerfile['placeOf'],
): ResolvedDockerfile {
  const syntax = parseDockerfile(text);
  const model = resolveDockerfile(syntax, {
    ...(target === undefined ? {} : { target }),
    ...(buildArgs === undefined ? {} : { buildArgs }),
  });
  return { syntax, model, placeOf };
}

const longestQuote = 60;

/** The line in the user's file, also after rewrites have moved the instruction: `line 12`; its text where it is not there word for word. */
function placesIn(text: string): ResolvedDockerfile['placeOf'] {
  const lines = new Map<string, number[]>();
  for (const { keyword, value, startLine } of parseDockerfile(text).instructions) {
    const key = `${keyword} ${value}`;
    lines.set(key, [...(lines.get(key) ?? []), startLine]);
  }
  return ({ keyword, value }: InstructionSyntax) => {
    const [line, other] = lines.get(`${keyword} ${value}`) ?? [];
    if (line !== undefined && other === undefined) return `line ${line}`;
    const quoted = redactInstruction(`${keyword.toUpperCase()} ${value.trim().replace(/\s+/g, ' ')}`);
    return `\`${quoted.length > longestQuote ? `${quoted.slice(0, longestQuote)}…` : quoted}\``;
  };
}
