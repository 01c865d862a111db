import { parseRequirementSpecifier } from './specifier.ts';

/** A requirement by name, as PEP 508 spells it: `Uvicorn[standard]>=0.30; python_version >= "3.9"`. */
export interface NamedRequirement {
  /** Normalised after PEP 503: lower case, runs of `-_.` as one `-`. */
  readonly name: string;
  readonly nameAsWritten: string;
  /** Normalised, in written order. */
  readonly extras: readonly string[];
  /** `>=0.30,<1` without blanks; empty when any version will do. */
  readonly specifier: string;
  /** The environment marker as written, without the semicolon. */
  readonly marker: string | undefined;
  /** Of `name @ URL`. */
  readonly url: string | undefined;
}

/** A requirement by place: a folder, an archive, a URL, or a version control address. */
export interface ReferenceRequirement {
  readonly referenceKind: 'path' | 'url' | 'vcs';
  /** As written, without extras and marker: `./libs/features`, `git+https://host/x.git@v1#egg=x`. */
  readonly target: string;
  /** The distribution's normalised name, where the wheel's file name or `#egg=` tells it. */
  readonly name: string | undefined;
  readonly extras: readonly string[];
  readonly marker: string | undefined;
}

/** A distribution's name after PEP 503: `Scikit_Learn` and `scikit.learn` become `scikit-learn`. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const namePattern = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*/;

/**
 * Reads a PEP 508 requirement. The error of a text that is none is its explanation, in one line.
 *
 *     torch[opt-einsum] >= 2.1, < 3 ; platform_system == "Linux"
 *     fastapi @ https://host/fastapi-0.110-py3-none-any.whl
 */
export function parseNamedRequirement(text: string): NamedRequirement | { readonly error: string } {
  const nameMatch = namePattern.exec(text.trim());
  if (!nameMatch) return { error: `expected a distribution name at "${clip(text)}"` };
  const nameAsWritten = nameMatch[1] ?? '';
  let rest = text.trim().slice(nameMatch[0].length);
  const extrasMatch = /^\[([^\]]*)\]\s*/.exec(rest);
  const extras = extrasMatch ? parseExtras(extrasMatch[1] ?? '') : [];
  if (!extras) return { error: `extras of ${nameAsWritten} are not names separated by commas` };
  rest = rest.slice(extrasMatch?.[0].length ?? 0);
  const base = { name: normaliseName(nameAsWritten), nameAsWritten, extras };
  if (rest.startsWith('@')) return parseUrlPart(base, rest.slice(1).trim());
  const [beforeMarker, marker] = splitMarker(rest);
  const specifier = parseRequirementSpecifier(beforeMarker);
  if (specifier === undefined)
    return { error: `"${clip(beforeMarker)}" after ${nameAsWritten} is not a version specifier` };
  if (marker === '') return { error: `the marker of ${nameAsWritten} is empty` };
  return { ...base, specifier, marker, url: undefined };
}

function parseUrlPart(
  base: Pick<NamedRequirement, 'name' | 'nameAsWritten' | 'extras'>,
  text: string,
): NamedRequirement | { readonly error: string } {
  // PEP 508: a URL ends at white space; only then may a marker follow.
  const match = /^(\S+)(?:\s+;\s*(.*))?$/s.exec(text);
  if (!match?.[1]) return { error: `${base.nameAsWritten} @ names no URL` };
  return { ...base, specifier: '', marker: match[2]?.trim(), url: match[1] };
}

function parseExtras(text: string): readonly string[] | undefined {
  if (text.trim() === '') return [];
  const extras = text.split(',').map((extra) => extra.trim());
  return extras.every((extra) => /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(extra))
    ? extras.map(normaliseName)
    : undefined;
}

function splitMarker(text: string): [string, string | undefined] {
  const at = text.indexOf(';');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1).trim()];
}

const vcsPattern = /^(git|hg|svn|bzr)\+/i;
const schemePattern = /^[a-z][a-z0-9+.-]*:\/\//i;
const archivePattern = /\.(whl|zip|tar\.gz|tgz|tar|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$/i;

/**
 * Reads a requirement by place, or gives undefined for a text that names a distribution
 * (the order of pip's `parse_req_from_line`: URL, then path, then archive, then name).
 */
export function parseReference(text: string): ReferenceRequirement | undefined {
  const isUrl = schemePattern.test(text) || vcsPattern.test(text) || /^file:/i.test(text);
  const separator = isUrl ? /\s+;\s*|;\s+/ : /\s*;\s*/;
  const split = separator.exec(text);
  const place = (split ? text.slice(0, split.index) : text).trim();
  const marker = split ? text.slice(split.index + split[0].length).trim() : undefined;
  const extrasMatch = /^(.*?)\[([^\]]*)\]$/.exec(place);
  const bare = extrasMatch?.[1] ?? place;
  const looksLikePath =
    /^\.{1,2}$/.test(bare) || bare.startsWith('./') || bare.startsWith('../') || bare.startsWith('/');
  const isPath = looksLikePath || (/[/\\]/.test(bare) && !/[@=<>~!]/.test(bare)) || archivePattern.test(bare);
  if (!isUrl && !isPath) return undefined;
  // A `name @ https://…` has a scheme inside but not at its start: it is a name.
  if (!isUrl && /^[A-Za-z0-9._-]+\s*(\[[^\]]*\])?\s*@/.test(place)) return undefined;
  return {
    referenceKind: vcsPattern.test(bare) ? 'vcs' : isUrl ? 'url' : 'path',
    target: bare,
    name: nameOfReference(bare),
    extras: parseExtras(extrasMatch?.[2] ?? '') ?? [],
    marker,
  };
}

function nameOfReference(target: string): string | undefined {
  const egg = /#(?:.*&)?egg=([A-Za-z0-9._-]+)/.exec(target)?.[1];
  if (egg !== undefined) return normaliseName(egg);
  const file = /([^/\\]+)\.whl(?:[#?].*)?$/i.exec(target)?.[1];
  const [wheelName, version] = file?.split('-') ?? [];
  return wheelName !== undefined && version !== undefined ? normaliseName(wheelName) : undefined;
}

function clip(text: string): string {
  return text.trim().slice(0, 60);
}
