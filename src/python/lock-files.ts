import { posix } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { messageOf, UserError } from '../base/index.ts';
import { normaliseName } from './distribution-name.ts';

/** A version that a lock file has chosen. */
export interface LockedVersion {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
}

const packageSchema = z.object({
  name: z.string(),
  version: z.string().optional(),
  source: z.unknown().optional(),
});
const packagesSchema = z.object({ package: z.array(packageSchema).default([]) });
const pylockSchema = z.object({ packages: z.array(packageSchema).default([]) });
const pipfileSchema = z.object({
  default: z.record(z.string(), z.object({ version: z.string().optional() })).default({}),
  develop: z.record(z.string(), z.object({ version: z.string().optional() })).default({}),
});

/** Whether a file of this name is a lock file that can be read. */
export function isLockFile(path: string): boolean {
  return /^(?:uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pylock(?:\.[^./]+)?\.toml)$/.test(
    posix.basename(path),
  );
}

/**
 * The versions that a lock file of uv, Poetry, PDM, Pipenv or PEP 751 has chosen. A name with several versions, of which markers choose,
 * is left out, and so is what comes from the project's own folders. Throws a `UserError` for a file that cannot be read.
 *
 *     [[package]]
 *     name = "numpy"
 *     version = "2.1.0"
 */
export function readLockedVersions(path: string, text: string): readonly LockedVersion[] {
  const versions = new Map<string, Set<string>>();
  for (const { name, version, source } of packagesOf(path, text)) {
    if (version === undefined || isLocal(source)) continue;
    const key = normaliseName(name);
    versions.set(key, (versions.get(key) ?? new Set()).add(version));
  }
  return [...versions].flatMap(([name, [version, ...others]]) =>
    version === undefined || others.length > 0 ? [] : [{ name, version }],
  );
}

function packagesOf(path: string, text: string): readonly z.infer<typeof packageSchema>[] {
  const name = posix.basename(path);
  try {
    if (name === 'Pipfile.lock') {
      const { default: production, develop } = pipfileSchema.parse(JSON.parse(text));
      return Object.entries({ ...develop, ...production }).map(([key, { version }]) => ({
        name: key,
        version: version?.replace(/^==/, ''),
      }));
    }
    const document = parse(text);
    return name.startsWith('pylock')
      ? pylockSchema.parse(document).packages
      : packagesSchema.parse(document).package;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`, {
      hint: 'Have its tool write it again.',
      cause: error,
    });
  }
}

/** `{ editable = "." }`, `{ virtual = "." }`, `{ type = "directory" }`: the project itself or a part of it. */
function isLocal(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false;
  return (
    'editable' in source ||
    'virtual' in source ||
    'directory' in source ||
    ('type' in source && source.type === 'directory')
  );
}
