import { normaliseName } from './distribution-name.ts';
import { parseMarker } from './marker-syntax.ts';
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

const namePattern = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)\s*/;

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
  const [beforeMarker, marker] = splitMarker(rest, ';');
  const specifier = parseRequirementSpecifier(beforeMarker);
  if (specifier === undefined)
    return { error: `"${clip(beforeMarker)}" after ${nameAsWritten} is not a version specifier` };
  if (marker !== undefined && parseMarker(marker) === undefined)
    return { error: badMarker(nameAsWritten, marker) };
  return { ...base, specifier, marker, url: undefined };
}

/** The name and extras of a requirement whose version may be a variable's: `torch==$VERSION`. */
export function parseRequirementName(text: string): NamedRequirement | { readonly error: string } {
  return parseNamedRequirement(text.replace(/[=<>!~@;\s].*$/s, ''));
}

function parseUrlPart(
  base: Pick<NamedRequirement, 'name' | 'nameAsWritten' | 'extras'>,
  text: string,
): NamedRequirement | { readonly error: string } {
  // PEP 508 asks for a blank before the semicolon; pip takes the first one in any case (`parse_req_from_line`).
  const [url, marker] = splitMarker(text, ';');
  if (url === '' || /\s/.test(url)) return { error: `${base.nameAsWritten} @ names no URL` };
  if (marker !== undefined && parseMarker(marker) === undefined)
    return { error: badMarker(base.nameAsWritten, marker) };
  return { ...base, specifier: '', marker, url };
}

function badMarker(name: string, marker: string): string {
  return `"${clip(marker)}" behind ${name} is no environment marker`;
}

function parseExtras(text: string): readonly string[] | undefined {
  if (text.trim() === '') return [];
  const extras = text.split(',').map((extra) => extra.trim());
  return extras.every((extra) => /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(extra))
    ? extras.map(normaliseName)
    : undefined;
}

/** An empty marker is none. */
function splitMarker(text: string, separator: string): [before: string, marker: string | undefined] {
  const at = text.indexOf(separator);
  if (at === -1) return [text.trim(), undefined];
  const marker = text.slice(at + separator.length).trim();
  return [text.slice(0, at).trim(), marker === '' ? undefined : marker];
}

const vcsPattern = /^(git|hg|svn|bzr)\+/i;
const schemePattern = /^[a-z][a-z0-9+.-]*:\/\//i;
const archivePattern = /\.(whl|zip|tar\.gz|tgz|tar|tar\.bz2|tbz|tar\.xz|txz|tlz|tar\.lz|tar\.lzma)$/i;

/**
 * Reads a requirement by place, or gives undefined for a text that names a distribution
 * (the order of pip's `parse_req_from_line`: URL, then path, then archive, then name).
 */
export function parseReference(
  text: string,
  { isEditable = false }: { readonly isEditable?: boolean } = {},
): ReferenceRequirement | { readonly error: string } | undefined {
  const isUrl = schemePattern.test(text) || vcsPattern.test(text) || /^file:/i.test(text);
  const [place, marker] = splitMarker(text, isUrl ? '; ' : ';');
  // Behind a URL only an editable project's are extras.
  const hasExtras = isEditable || !isUrl;
  const extrasMatch = hasExtras ? /^(.*?)\[([^\]]*)\]$/.exec(place) : null;
  const bare = extrasMatch?.[1] ?? place;
  const looksLikePath =
    /^\.{1,2}$/.test(bare) || bare.startsWith('./') || bare.startsWith('../') || bare.startsWith('/');
  const isPath = looksLikePath || (/[/\\]/.test(bare) && !/[@=<>~!]/.test(bare)) || archivePattern.test(bare);
  if (!isUrl && !isPath) return undefined;
  // A `name @ https://…` has a scheme inside but not at its start: it is a name.
  if (!isUrl && /^[A-Za-z0-9._-]+\s*(\[[^\]]*\])?\s*@/.test(place)) return undefined;
  if (marker !== undefined && parseMarker(marker) === undefined) return { error: badMarker(bare, marker) };
  const wrong = wrongName(bare);
  if (wrong !== undefined) return { error: wrong };
  return {
    referenceKind: vcsPattern.test(bare) ? 'vcs' : isUrl ? 'url' : 'path',
    target: bare,
    name: nameOfReference(bare),
    extras: parseExtras(extrasMatch?.[2] ?? '') ?? [],
    marker,
  };
}

// numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.whl, x-1.0-1build-py3-none-any.whl
const wheelPattern = /^[^\s-]+-[^\s-]*(-\d[^-]*)?-[^\s-]+-[^\s-]+-[^\s-]+\.whl$/;

/** pip takes a wheel's name, and the name behind `#egg=`, for what they say. */
function wrongName(target: string): string | undefined {
  const file = /([^/\\]+\.whl)$/i.exec(target.replace(/[#?].*$/, ''))?.[1];
  if (file !== undefined && !wheelPattern.test(decodeLoosely(file))) return `${file} is no name of a wheel`;
  const egg = /[#&]egg=([^&]*)/.exec(target)?.[1];
  if (egg === undefined || /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(\[[^\]]*\])?$/.test(egg)) return undefined;
  return `"${clip(egg)}" behind #egg= is no name of a distribution`;
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
