import type { UserError } from '../base/index.ts';

/**
 * Decides who is to blame when an engine refuses to start the lean image: when it now refuses the fat image too, which
 * it started before, the engine is, and `refusal` is thrown. `startFat` rejects or gives undefined where it does not start.
 */
export async function assertEngineWorks(refusal: UserError, startFat: () => Promise<unknown>): Promise<void> {
  const control = await startFat().catch(() => undefined);
  if (control === undefined) throw refusal;
}
