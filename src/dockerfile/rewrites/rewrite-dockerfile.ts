import { type Risk, redactInstruction } from '../../finding/index.ts';
import { resolveDockerfile } from '../resolve-model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import { parseDockerfile } from '../syntax/parse.ts';
import type { InstructionSyntax } from '../syntax/syntax.ts';
import { brokenQuotes } from './broken-quotes.ts';
import { type Origins, originNear, originOf, originsAfter, ownOrigins } from './origins.ts';
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
  /** For places: `docker/Dockerfile:12`; `line 12` without it. */
  readonly fileName?: string | undefined;
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
  const places = placesIn(text, options.fileName);
  const given = resolved(text, options);
  const read = (from: string, origins: Origins): ReadDockerfile => ({
    ...(from === text ? given : resolved(from, options)),
    given: given.model,
    ...places(origins),
    origins,
  });
  const wanted = rewrites.filter(({ id }) => !options.without.has(id));
  const waits = ({ id, risk }: Rewrite): boolean => risk === 'opt-in' && options.asked?.has(id) !== true;
  // Most rewrites have no business here: what nobody changed is not read again.
  let current = read(text, ownOrigins(text));
  for (const rewrite of wanted) {
    if (waits(rewrite)) continue;
    const { file, reasons, proposal } = proposeAll(rewrite, current, { facts, read });
    // A stage that was split says everything twice.
    for (const because of new Set(proposal.leftAlone.map(redactInstruction)))
      leftAlone.push({ id: rewrite.id, because });
    const [before, after] = [current.syntax.text, file.syntax.text];
    if (after === before) continue;
    const { id, risk } = rewrite;
    const { title = rewrite.title, secrets = [] } = proposal;
    applied.push({ id, title, risk, reason: reasons.join('; '), before, after, secrets });
    current = file;
  }
  const offered = wanted.filter(waits).flatMap((rewrite) => {
    const { edits, reason, title = rewrite.title } = rewrite.propose(current, facts);
    return edits.length === 0 ? [] : [{ id: rewrite.id, title, reason }];
  });
  return { text: current.syntax.text, applied, leftAlone, offered };
}

/** The file as the rewrite leaves it, why, and its last proposal that changed something (or said that nothing is to be changed). */
function proposeAll(
  rewrite: Rewrite,
  file: ReadDockerfile,
  {
    facts,
    read,
  }: {
    readonly facts: RewriteFacts;
    readonly read: (text: string, origins: Origins) => ReadDockerfile;
  },
): {
  readonly file: ReadDockerfile;
  readonly reasons: readonly string[];
  readonly proposal: RewriteProposal;
} {
  const reasons: string[] = [];
  for (let current = file; ; ) {
    const proposal = proposeWhole(rewrite, current, facts);
    const after = applyEdits(current.syntax.text, proposal.edits);
    if (after === current.syntax.text) return { file: current, reasons, proposal };
    reasons.push(proposal.reason);
    const { origins, syntax } = current;
    current = read(after, originsAfter(origins, syntax.text, proposal.edits));
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

/** A Dockerfile on the way from the user's to the rewritten one. */
interface ReadDockerfile extends ResolvedDockerfile {
  readonly origins: Origins;
}

function resolved(
  text: string,
  { target, buildArgs }: RewriteOptions,
): Pick<ResolvedDockerfile, 'syntax' | 'model'> {
  const syntax = parseDockerfile(text);
  const model = resolveDockerfile(syntax, {
    ...(target === undefined ? {} : { target }),
    ...(buildArgs === undefined ? {} : { buildArgs }),
  });
  return { syntax, model };
}

const longestQuote = 60;

/** How a user finds an instruction again that rewrites have moved or changed: by its line, and by the text that stands there. */
function placesIn(
  text: string,
  fileName: string | undefined,
): (origins: Origins) => Pick<ResolvedDockerfile, 'placeOf' | 'quoteOf'> {
  const { instructions } = parseDockerfile(text);
  const at = (place: number): InstructionSyntax | undefined =>
    instructions.find(({ range }) => place < range.end) ?? instructions.at(-1);
  const written = ({ range }: InstructionSyntax, origins: Origins): InstructionSyntax | undefined => {
    const place = originOf(origins, range);
    return place === undefined ? undefined : at(place);
  };
  const lineOf = (syntax: InstructionSyntax | undefined): string =>
    fileName === undefined ? `line ${syntax?.startLine}` : `${fileName}:${syntax?.startLine}`;
  return (origins) => ({
    placeOf: (syntax) => {
      const found = written(syntax, origins);
      return found === undefined
        ? `the step added at ${lineOf(at(originNear(origins, syntax.range)))}`
        : lineOf(found);
    },
    quoteOf: (syntax) => quoted(written(syntax, origins) ?? syntax),
  });
}

function quoted({ keyword, value }: InstructionSyntax): string {
  const text = redactInstruction(`${keyword.toUpperCase()} ${value.trim().replace(/\s+/g, ' ')}`);
  return `\`${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}\``;
}
