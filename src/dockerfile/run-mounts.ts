import type { Instruction } from './model.ts';

/** The fields of each `--mount` of an instruction: `type=cache,target=/root/.cache/pip`. */
export function mountsOf({ syntax }: Instruction): readonly ReadonlyMap<string, string>[] {
  return syntax.flags
    .filter(({ name, value }) => name === 'mount' && value !== undefined)
    .map(
      ({ value }) =>
        new Map(
          (value ?? '').split(',').map((field) => {
            const [key = '', ...rest] = field.split('=');
            return [key.trim().toLowerCase(), rest.join('=').replaceAll('"', '')];
          }),
        ),
    );
}

/** Targets of the cache mounts of an instruction. */
export function cacheTargets(instruction: Instruction): readonly string[] {
  return mountsOf(instruction)
    .filter((mount) => mount.get('type') === 'cache')
    .map((mount) => mount.get('target') ?? mount.get('dst') ?? mount.get('destination') ?? '')
    .map((target) => target.replace(/(.)\/+$/, '$1'));
}
