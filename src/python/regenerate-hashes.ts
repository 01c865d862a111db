import { normaliseName } from './distribution-name.ts';
import { editRequirements } from './edit-requirements.ts';
import type { InstallLine, RequirementsFile } from './requirements.ts';
import type { RequirementsTree } from './requirements-tree.ts';

/** What is known of the files of a release. */
export interface ReleaseHashes {
  /** Of all files that the indexes offer, in hexadecimal digits; empty where they tell none. */
  readonly offered: readonly string[];
  /** Of the wheel that pip or uv has resolved for the image, where it was of this version. */
  readonly resolved: string | undefined;
}

/** Files whose requirements carry the hashes of today, or why they cannot. */
export type RegeneratedHashes =
  | { readonly texts: ReadonlyMap<string, string> }
  | { readonly refusal: string };

/**
 * The texts of requirements files (by path) with a hash for every requirement, as pip wants it once one has one: bare lines get the
 * hashes of all files of their release, and so do lines that lack that of the wheel which was resolved for the image. A line whose
 * hashes are of no file of its release is not overwritten: somebody locked another file, or the index serves another one.
 * Every other byte stays.
 */
export function regenerateHashes(
  tree: RequirementsTree,
  releaseOf: (name: string, version: string) => ReleaseHashes,
): RegeneratedHashes {
  const newHashes = new Map<InstallLine, readonly string[]>();
  for (const { path, line, isConstraint } of tree.requested) {
    if (isConstraint) continue;
    const verdict = judge(line, releaseOf);
    if ('because' in verdict) return { refusal: `${path}:${line.startLine}: ${verdict.because}` };
    if (verdict.hashes !== undefined) newHashes.set(line, verdict.hashes);
  }
  return {
    texts: new Map(
      tree.files.map((file) => [
        file.path,
        editRequirements(file, {
          replace: (line) => {
            const hashes = newHashes.get(line);
            return hashes === undefined ? undefined : withHashes(line, file, hashes);
          },
        }),
      ]),
    ),
  };
}

/** The one version that a line allows (`==1.2`), or undefined. */
export function pinnedVersion(line: InstallLine): string | undefined {
  return line.kind === 'requirement' ? /^\s*===?\s*([^\s,*]+)\s*$/.exec(line.specifier)?.[1] : undefined;
}

/** New hashes, none where the line's own will do, or a reason. */
type Verdict = { readonly hashes: readonly string[] | undefined } | { readonly because: string };

function judge(line: InstallLine, releaseOf: (name: string, version: string) => ReleaseHashes): Verdict {
  if (line.kind !== 'requirement' || line.url !== undefined)
    return { because: 'it names a place, not a release whose files an index lists' };
  const version = pinnedVersion(line);
  if (version === undefined)
    return {
      because: `${line.nameAsWritten} is not pinned, and pip takes hashes of pinned requirements alone`,
    };
  if (line.options.length > 0 && line.options.some(({ name }) => name !== '--hash'))
    return { because: `${line.nameAsWritten} has options beside its hashes` };
  const { offered, resolved } = releaseOf(normaliseName(line.name), version);
  const known = [...new Set([...offered, ...(resolved === undefined ? [] : [resolved])])].sort();
  if (known.length === 0)
    return { because: `neither index nor resolver tells a hash of ${line.nameAsWritten} ${version}` };
  const own = line.hashes.map((hash) => hash.replace(/^sha256:/, ''));
  if (own.length > 0 && !own.some((hash) => known.includes(hash)))
    return { because: `its hashes are of no file of ${line.nameAsWritten} ${version} that is offered today` };
  const isEnough = own.length > 0 && (resolved === undefined || own.includes(resolved));
  return { hashes: isEnough ? undefined : known };
}

/** As pip-compile writes it. */
function withHashes(line: InstallLine, file: RequirementsFile, hashes: readonly string[]): string {
  const lineEnd = /\r\n|\r|\n/.exec(file.text)?.[0] ?? '\n';
  const raw = file.text.slice(line.start, line.end).trimEnd();
  const bare = line.comment === undefined ? raw : raw.slice(0, raw.lastIndexOf(line.comment));
  const requirement = bare.replace(/[\s\\]*--hash[\s\S]*$/, '').trimEnd();
  return [requirement, ...hashes.map((hash) => `    --hash=sha256:${hash}`)].join(` \\${lineEnd}`);
}
