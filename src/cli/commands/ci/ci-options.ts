import { z } from 'zod';
import { UserError } from '../../../base/index.ts';
import { parseReference } from '../../../image/index.ts';
import { isStandardOutput } from '../../write-output.ts';

/** What `plimsoll ci` was asked for. */
export interface CiOptions {
  readonly provider: 'github' | 'gitlab' | 'generic';
  readonly directory: string;
  readonly file?: string | undefined;
  readonly stage?: string | undefined;
  readonly image?: string | undefined;
  readonly registry?: string | undefined;
  readonly cache?: 'registry' | 'gha' | undefined;
  readonly compat: 'current' | 'any';
  readonly branch?: string | undefined;
  readonly output?: string | undefined;
  readonly stdout: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

const schema = z
  .object({
    provider: z.enum(['github', 'gitlab', 'generic']),
    directory: z.string(),
    file: z.string().min(1, '--file needs a Dockerfile').optional(),
    stage: z.string().min(1, '--stage needs a name').optional(),
    image: z.string().optional(),
    registry: z.string().optional(),
    cache: z.enum(['registry', 'gha']).optional(),
    compat: z.enum(['current', 'any']),
    branch: z
      .string()
      .regex(/^[\w./-]+$/, '--branch must be the name of a branch')
      .optional(),
    output: z.string().min(1, '--output needs the name of a file').optional(),
    stdout: z.boolean().default(false),
    force: z.boolean().default(false),
    json: z.boolean().default(false),
  })
  .refine(({ provider, cache }) => cache !== 'gha' || provider === 'github', {
    error: "--cache gha is GitHub's own cache: other services have none of it",
  })
  .refine(({ output, force, json }) => output !== '-' || !(force || json), {
    error: '-o - prints the pipeline and writes nothing, so that --force and --json have no meaning',
  });

/** Checks what the command line gave; throws a `UserError` that names the option. */
export function readCiOptions(given: unknown): CiOptions {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new UserError(parsed.error.issues.map(({ message }) => message).join('; '));
  const { output } = parsed.data;
  return output !== undefined && isStandardOutput(output)
    ? { ...parsed.data, output: undefined, stdout: true }
    : parsed.data;
}

/** The repository that images go to, without a tag; undefined where the service has one of its own. Throws a `UserError` for what is none. */
export function repositoryFor({ image, registry }: CiOptions, projectName: string): string | undefined {
  if (image === undefined && registry === undefined) return undefined;
  const flag = image === undefined ? '--registry' : '--image';
  const written = (image ?? `${registry}/${projectName}`).replaceAll(/\/{2,}/g, '/');
  const { tag, digest } = parseReference(written);
  const hasTag = /:[^/]*$/.test(written) && tag !== undefined;
  if (hasTag || digest !== undefined) {
    throw new UserError(`${flag} ${written} names a tag or a digest, which the pipeline gives.`, {
      hint: 'Name the repository alone: ghcr.io/acme/app.',
    });
  }
  return written;
}
