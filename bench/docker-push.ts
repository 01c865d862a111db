import { removeByName } from './leftovers.ts';
import { docker, type Stage } from './stage.ts';

/** Pushes an image of the engine under a name that it has for the push alone. */
export async function dockerPush(
  engine: Pick<Stage, 'dockerProgram' | 'environment'>,
  tag: string,
  target: string,
): Promise<void> {
  await docker(engine, ['tag', tag, target]);
  try {
    await docker(engine, ['push', '--quiet', target]);
  } finally {
    await removeByName(engine, [target]);
  }
}
