import type { ShrinkSubject } from './pass.ts';
import { siteOf } from './site-packages.ts';

/** What changes together: one new layer each, in this order, the one that changes least at the bottom. */
export const layerGroups = ['system', 'heavy-distributions', 'distributions', 'application'] as const;

/** What a new layer holds. */
export type LayerGroup = (typeof layerGroups)[number];

/** From this size on a distribution is heavy, in bytes: pulling it anew for a change of another one hurts. */
const heavyBytes = 20_000_000;

const systemPlace =
  /^(?:usr\/(?!src\/app)|etc\/|var\/(?!www\/|data\/|tmp\/)|lib(?:32|64|x32)?(?:\/|$)|s?bin(?:\/|$)|boot\/|opt\/[^/]*(?:conda|forge|mamba)[^/]*\/)/;

/** Sorts visible paths into layers: by the distribution or package that owns them, else by their place. */
export function layerGroupOf({ distributionOf, packageOf }: ShrinkSubject): (path: string) => LayerGroup {
  return (path) => {
    const distribution = distributionOf(path);
    if (distribution !== undefined && packageOf(path) === undefined) {
      return distribution.sizeBytes >= heavyBytes ? 'heavy-distributions' : 'distributions';
    }
    if (packageOf(path) !== undefined) return 'system';
    if (siteOf(path) !== undefined) return 'distributions';
    return systemPlace.test(path) ? 'system' : 'application';
  };
}
