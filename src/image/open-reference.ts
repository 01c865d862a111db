import { messageOf, type Progress, UserError } from '../base/index.ts';
import type { Image } from './image.ts';
import { parseReference } from './reference.ts';
import type { SavingEngine } from './sources/engine.ts';

/** Says whether an engine holds an image; undefined when no such engine answers. */
export type EngineHolds = (engine: SavingEngine, reference: string) => Promise<boolean | undefined>;

/** An image in an engine. */
export interface EngineReference {
  readonly engine: SavingEngine;
  readonly reference: string;
}

/** Where a reference without a medium may be found. */
export interface ReferencePlaces {
  readonly engine: SavingEngine;
  readonly holds: EngineHolds | undefined;
  /** False where engines cannot be read from. */
  readonly hasEngine: boolean;
  readonly fromEngine: (wanted: EngineReference) => Promise<Image>;
  readonly fromRegistry: (reference: string) => Promise<Image>;
  readonly progress: Progress;
  /** What else the reference could have meant, for the error that it is nowhere: `the directory app is no OCI layout`. */
  readonly remark?: string | undefined;
}

/** True for an image ID, whole or shortened, which only an engine knows. */
export function isImageId(text: string): boolean {
  return /^(sha256:)?[0-9a-f]{12,64}$/.test(text);
}

/**
 * Opens the image of a reference from the engine, else from its registry where it is known that the engine does not have it.
 * Throws a `UserError` that tells of both when neither gives it.
 */
export async function openReference(reference: string, places: ReferencePlaces): Promise<Image> {
  const { engine, fromEngine, fromRegistry } = places;
  const absence = await engineAbsence(reference, places);
  if (absence === undefined) return await fromEngine({ engine, reference });
  const { registry } = parseReference(reference);
  places.progress.note(`${absence}; reading ${reference} from ${registry}`);
  try {
    return await fromRegistry(reference);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reasons = [absence, error.message, ...(places.remark === undefined ? [] : [places.remark])];
    const hints = [
      ...(error.hint === undefined ? [] : [error.hint]),
      ...engineHint(absence, reference, engine),
    ];
    throw new UserError(`${reference} is neither in an engine nor in its registry: ${reasons.join('; ')}`, {
      ...(hints.length > 0 && { hint: hints.join(' ') }),
      cause: error,
    });
  }
}

/** Where the whole story is told: here it would drown what else went wrong. */
function engineHint(absence: string, reference: string, engine: SavingEngine): string[] {
  if (absence !== noAnswer(engine)) return [];
  return [`${engine}:${reference} says why ${engine} does not answer.`];
}

function noAnswer(engine: SavingEngine): string {
  return `no ${engine} engine answers`;
}

/** Why the engine cannot give the image; undefined where it may be asked for it. */
async function engineAbsence(
  reference: string,
  { engine, holds, hasEngine }: ReferencePlaces,
): Promise<string | undefined> {
  if (isImageId(reference)) return undefined;
  if (!hasEngine) return 'no engine is at hand';
  if (holds === undefined) return undefined;
  try {
    const isHeld = await holds(engine, reference);
    if (isHeld === undefined) return noAnswer(engine);
    return isHeld ? undefined : `${engine} holds no such image`;
  } catch (error) {
    if (error instanceof UserError) return messageOf(error).replace(/\.$/, '');
    throw error;
  }
}
