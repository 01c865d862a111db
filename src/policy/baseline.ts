import * as z from 'zod';
import { UserError } from '../base/index.ts';
import type { GateText } from './gates.ts';

/** What an image is measured against. */
export interface Baseline {
  readonly name: string;
  /** Sum of the content of all layers. */
  readonly contentBytes: number;
}

const auditSchema = z.object({
  schema: z.literal('plimsoll.audit/1'),
  image: z.object({ name: z.string(), contentBytes: z.int().nonnegative() }),
});

/** Reads a baseline out of what `plimsoll audit --json` printed. Throws a `UserError` for anything else. */
export function readBaseline({ file, text }: GateText): Baseline {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw notAnAudit(file, 'it is no JSON', cause);
  }
  const parsed = auditSchema.safeParse(json);
  if (parsed.success) return parsed.data.image;
  const [issue] = parsed.error.issues;
  throw notAnAudit(
    file,
    `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'unknown problem'}`,
    undefined,
  );
}

function notAnAudit(file: string, problem: string, cause: unknown): UserError {
  return new UserError(`${file} is no audit to compare with: ${problem}`, {
    hint: `Make one of the earlier image: plimsoll audit --json IMAGE > ${file}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
