import { patch } from './edit-patch.ts';
import type { Plan, PlanInput, PlannedEdit } from './plan-input.ts';

const ciCacheTitle = 'Keep the layers of CI from one run to the next';

/** Where the lean Dockerfile has cache mounts that the project's has not, and pipelines build it on machines that keep none. */
export function ciCachePart(
  { ciCache, asked, dockerfile, predictedBytes }: PlanInput,
  text: string,
  without: ReadonlySet<string>,
): Pick<Plan, 'edits' | 'leftAlone' | 'files'> {
  const mounts = (of: string): number => of.match(/--mount=type=cache\b/g)?.length ?? 0;
  const nothing = { edits: [], leftAlone: [], files: [] };
  if (without.has('ci-cache') || mounts(text) <= mounts(dockerfile.text)) return nothing;
  const why = 'what a cache mount keeps is gone with the machine of a run, and no layer is kept either';
  const leftAlone = ciCache.leftAlone.map((because) => ({ what: ciCacheTitle, because }));
  if (asked?.has('ci-cache') === true && ciCache.files.length > 0) {
    const edit: PlannedEdit = {
      id: 'ci-cache',
      title: ciCacheTitle,
      reason: `${why}: ${ciCache.advice.join('; ')}`,
      risk: 'opt-in',
      predictedBytes: predictedBytes('ci-cache'),
      diff: ciCache.files.map((one) => patch(one.path, one.previous ?? '', one.content)).join(''),
    };
    return { edits: [edit], leftAlone, files: ciCache.files };
  }
  const offer = ciCache.files.length > 0 ? 'it waits to be asked for with `--with ci-cache`: ' : '';
  return {
    edits: [],
    leftAlone: [
      ...ciCache.advice.map((lines) => ({ what: ciCacheTitle, because: `${offer}${why}. ${lines}` })),
      ...leftAlone,
    ],
    files: ciCache.files.map((file) => ({ ...file, isOffered: true })),
  };
}
