import { decodeText, type TextEncoding } from './decode-text.ts';
import {
  type NamedRequirement,
  parseNamedRequirement,
  parseReference,
  type ReferenceRequirement,
} from './requirement-line.ts';
import { optionSpelling, type RequirementOption, splitOptionWords } from './requirements-options.ts';

/** Where a logical line stands: one or more physical lines joined by backslashes. */
export interface RequirementsPlace {
  /** First UTF-16 unit in the file's text. */
  readonly start: number;
  /** After the line end of its last physical line. */
  readonly end: number;
  /** 1-based. */
  readonly startLine: number;
  readonly endLine: number;
}

interface Commented extends RequirementsPlace {
  /** The inline comment with its `#`, or undefined. */
  readonly comment: string | undefined;
}

/** One logical line of a requirements file and what pip makes of it. */
export type RequirementsLine =
  | (Commented & { readonly kind: 'requirement' } & NamedRequirement & {
        readonly hashes: readonly string[];
        readonly options: readonly RequirementOption[];
      })
  | (Commented & { readonly kind: 'reference'; readonly isEditable: boolean } & ReferenceRequirement & {
        readonly hashes: readonly string[];
        readonly options: readonly RequirementOption[];
      })
  | (Commented & {
      readonly kind: 'include';
      readonly includes: 'requirements' | 'constraints';
      /** As written, relative to the file that holds it. */
      readonly target: string;
    })
  | (Commented & { readonly kind: 'option'; readonly options: readonly RequirementOption[] })
  | (RequirementsPlace & { readonly kind: 'comment'; readonly comment: string })
  | (RequirementsPlace & { readonly kind: 'blank' })
  | (Commented & { readonly kind: 'invalid'; readonly message: string });

/** A line that pip would refuse, with its place. */
export interface RequirementsProblem {
  readonly path: string;
  /** 1-based; 0 for the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/** A requirements file, losslessly: the lines' ranges cover `text` from end to end. */
export interface RequirementsFile {
  readonly path: string;
  /** Without the byte order mark. */
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly hasByteOrderMark: boolean;
  readonly lines: readonly RequirementsLine[];
  readonly problems: readonly RequirementsProblem[];
}

/** A requirement or reference line of a requirements file. */
export type InstallLine = Extract<RequirementsLine, { kind: 'requirement' | 'reference' }>;

/**
 * Reads a requirements file as pip does (requirements file format; `pip._internal.req.req_file`).
 * What pip would refuse is an `invalid` line and a problem, never a throw.
 *
 *     # serving
 *     --extra-index-url https://host/simple
 *     Torch[opt-einsum]>=2.1,<3 ; platform_system == "Linux"  # the model
 *     pyyaml==6.0.2 \
 *         --hash=sha256:1b2c
 *     -r base.txt
 */
export function parseRequirements(path: string, content: Uint8Array | string): RequirementsFile {
  const decoded = decodeText(content);
  const lines = logicalLines(decoded.text).map(readLine);
  const problems: RequirementsProblem[] = decoded.problem
    ? [{ path, line: 0, message: decoded.problem }]
    : [];
  for (const line of lines) {
    if (line.kind === 'invalid') problems.push({ path, line: line.startLine, message: line.message });
  }
  return {
    path,
    text: decoded.text,
    encoding: decoded.encoding,
    hasByteOrderMark: decoded.hasByteOrderMark,
    lines,
    problems,
  };
}

/** The text of the file, byte order mark included where there was one: the inverse of `parseRequirements` on text. */
export function printRequirements(file: RequirementsFile): string {
  const body = file.lines.map((line) => file.text.slice(line.start, line.end)).join('');
  return file.hasByteOrderMark ? `\uFEFF${body}` : body;
}

interface LogicalLine extends RequirementsPlace {
  /** Joined, without line ends and backslashes. */
  readonly text: string;
}

const commentLine = /^\s*#/;

/** Lines end where Python's `str.splitlines` ends them: also at form feeds and at Unicode's line separators. */
const physicalLine = /([^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]*)(?:\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g;

// pip joins first and takes comments off afterwards; a comment line ends a continuation (`join_lines`).
function logicalLines(text: string): LogicalLine[] {
  const result: LogicalLine[] = [];
  let open: { start: number; startLine: number; text: string } | undefined;
  const physical = [...text.matchAll(physicalLine)].filter((match) => match[0] !== '');
  for (const [position, match] of physical.entries()) {
    const line = position + 1;
    const content = match[1] ?? '';
    const isComment = commentLine.test(content);
    const continues = content.endsWith('\\') && !isComment && position < physical.length - 1;
    const joined = continues || content.endsWith('\\') ? content.replace(/^\\+|\\+$/g, '') : content;
    const start = open?.start ?? match.index;
    const startLine = open?.startLine ?? line;
    const whole = (open?.text ?? '') + (isComment ? ` ${content}` : joined);
    if (continues) open = { start, startLine, text: whole };
    else {
      result.push({ start, end: match.index + match[0].length, startLine, endLine: line, text: whole });
      open = undefined;
    }
  }
  return result;
}

function readLine(logical: LogicalLine): RequirementsLine {
  const { text, ...place } = logical;
  const commentMatch = /(^|\s+)#.*$/.exec(text);
  const body = (commentMatch ? text.slice(0, commentMatch.index) : text).trim();
  const comment = commentMatch?.[0].trim();
  if (body === '')
    return comment === undefined ? { kind: 'blank', ...place } : { kind: 'comment', ...place, comment };
  const commented: Commented = { ...place, comment };
  const words = splitOptionWords(body);
  if ('error' in words) return { kind: 'invalid', ...commented, message: words.error };
  return words.requirement === ''
    ? readOptionLine(commented, words.options)
    : readInstallLine(commented, words.requirement, words.options);
}

function readOptionLine(place: Commented, options: readonly RequirementOption[]): RequirementsLine {
  const [first] = options;
  if (options.length === 1 && first?.value !== undefined) {
    if (first.name === '--requirement')
      return { kind: 'include', ...place, includes: 'requirements', target: first.value };
    if (first.name === '--constraint')
      return { kind: 'include', ...place, includes: 'constraints', target: first.value };
  }
  const editable = options.find((option) => option.name === '--editable');
  if (editable?.value === undefined) return { kind: 'option', ...place, options };
  const reference = parseReference(editable.value, { isEditable: true });
  if (reference !== undefined && 'error' in reference)
    return { kind: 'invalid', ...place, message: reference.error };
  const others = options.filter((option) => option !== editable);
  // `-e name` means the folder of that name.
  const target = reference ?? {
    referenceKind: 'path' as const,
    target: editable.value,
    name: undefined,
    extras: [],
    marker: undefined,
  };
  return { kind: 'reference', ...place, isEditable: true, ...target, ...splitHashes(others) };
}

function readInstallLine(
  place: Commented,
  text: string,
  options: readonly RequirementOption[],
): RequirementsLine {
  // pip reads all options there, and heeds those of the requirement alone.
  const own = options.filter((option) => optionSpelling.perRequirement.has(option.name));
  const reference = parseReference(text);
  if (reference !== undefined && 'error' in reference)
    return { kind: 'invalid', ...place, message: reference.error };
  if (reference) return { kind: 'reference', ...place, isEditable: false, ...reference, ...splitHashes(own) };
  const named = parseNamedRequirement(text);
  if ('error' in named) return { kind: 'invalid', ...place, message: named.error };
  return { kind: 'requirement', ...place, ...named, ...splitHashes(own) };
}

function splitHashes(options: readonly RequirementOption[]): {
  readonly hashes: readonly string[];
  readonly options: readonly RequirementOption[];
} {
  return {
    hashes: options.flatMap((option) => (option.name === '--hash' && option.value ? [option.value] : [])),
    options: options.filter((option) => option.name !== '--hash'),
  };
}
