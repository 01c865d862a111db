import { isRecord } from '../../base/index.ts';
import { type ComposeChange, decideNeed, hasKey, type ServiceView } from '../compose-change.ts';
import type { Addition } from '../insert.ts';

/** Keeps downloaded models in a volume, so that they outlive the container and are downloaded once. */
export const modelCache: ComposeChange = {
  id: 'model-cache',
  title: 'Keep downloaded models in a volume',
  decide(needs, view) {
    const mounted = mountsOf(view.effective['volumes']);
    const need = needs.modelCache;
    const path = need !== undefined && 'value' in need ? need.value.path : undefined;
    const isThere =
      mounted.some(({ target }) => target !== '' && (target === path || isBelow(path, target))) ||
      mounted.some(({ target }) => /\/\.cache(\/huggingface(\/hub)?)?$/.test(target));
    return decideNeed(need, isThere, (cache) => {
      const volume = freeName(view);
      const variable: Addition[] =
        cache.variable === undefined
          ? []
          : [
              {
                path: ['services', view.name, 'environment', cache.variable],
                value: cache.path,
                how: 'pair',
              },
            ];
      const declared: Addition[] = view.volumeNames.includes(volume)
        ? []
        : [{ path: ['volumes', volume], value: null, how: 'set' }];
      return [
        ...variable,
        { path: ['services', view.name, 'volumes'], value: `${volume}:${cache.path}`, how: 'append' },
        ...declared,
      ];
    });
  },
};

function isBelow(path: string | undefined, folder: string): boolean {
  return path?.startsWith(`${folder.replace(/\/$/, '')}/`) === true;
}

/** All services share one volume: what one has downloaded serves the others. */
function freeName({ volumeNames }: ServiceView): string {
  return (
    volumeNames.find((name) =>
      /^(model[-_]cache|hf[-_]cache|huggingface|huggingface[-_]cache)$/.test(name),
    ) ?? 'model-cache'
  );
}

function mountsOf(volumes: unknown): readonly { readonly target: string }[] {
  if (!Array.isArray(volumes)) return [];
  return volumes.map((one: unknown) => {
    if (isRecord(one)) return { target: hasKey(one, 'target') ? String(one['target']) : '' };
    // `./data:/data:ro`, `${CACHE:-./cache}:/root/.cache`, `/var/lib/data`
    const parts = String(one)
      .replace(/\$\{[^}]*\}/g, (hole) => hole.replaceAll(':', ' '))
      .split(':');
    return { target: parts.length === 1 ? (parts[0] ?? '') : (parts[1] ?? '') };
  });
}
