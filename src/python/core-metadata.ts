import { normaliseName } from './distribution-name.ts';
import { type NamedRequirement, parseNamedRequirement } from './requirement-line.ts';

/** What the metadata of a distribution says of it. */
export interface CoreMetadata {
  /** Normalised after PEP 503. */
  readonly name: string;
  readonly version: string;
  /** Every `Requires-Dist` that can be read, markers not yet evaluated. */
  readonly requirements: readonly NamedRequirement[];
}

/**
 * Reads a METADATA or PKG-INFO file (core metadata specification), or gives undefined where it has no name or version.
 * Lines that name no requirement are left out.
 *
 *     Metadata-Version: 2.1
 *     Name: Uvicorn
 *     Version: 0.30.1
 *     Requires-Dist: click>=7.0
 *     Requires-Dist: httptools>=0.5; extra == "standard"
 */
export function parseCoreMetadata(text: string): CoreMetadata | undefined {
  const headers = metadataHeaders(text);
  const [name] = headers.get('name') ?? [];
  const [version] = headers.get('version') ?? [];
  if (name === undefined || version === undefined) return undefined;
  return {
    name: normaliseName(name),
    version,
    requirements: parseRequirementTexts(headers.get('requires-dist') ?? []),
  };
}

/** The requirements among the texts of `Requires-Dist` lines. */
export function parseRequirementTexts(texts: readonly string[]): readonly NamedRequirement[] {
  return texts.flatMap((text) => {
    const parsed = parseNamedRequirement(text);
    return 'error' in parsed ? [] : [parsed];
  });
}

/** The header block (an e-mail message): field name in lower case → values. */
function metadataHeaders(text: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  const end = text.search(/\r?\n\r?\n/);
  for (const line of (end === -1 ? text : text.slice(0, end)).split(/\r?\n/)) {
    if (line === '') break;
    const match = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line);
    if (match === null) continue;
    const key = (match[1] ?? '').toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), match[2] ?? '']);
  }
  return headers;
}
