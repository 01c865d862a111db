import pLimit from 'p-limit';
import type { DepsDistribution } from '../../../deps/index.ts';
import { type PackageIndexes, type Yanked, yankedReleases } from '../../../python/index.ts';
import type { CliEnvironment } from '../../environment.ts';

const asksAtOnce = 8;
const defaultIndex = 'https://pypi.org/simple';

/** Whom is asked about which distributions. */
export interface YankedQuestion {
  readonly distributions: readonly DepsDistribution[];
  readonly indexUrls: readonly string[];
  /** What the resolver has told already. */
  readonly known?: ReadonlyMap<string, boolean>;
}

/** Whether the releases were yanked; absent for those that nobody tells about. */
export async function askYanked(
  { distributions, indexUrls, known }: YankedQuestion,
  { progress, signal }: CliEnvironment,
): Promise<ReadonlyMap<string, Yanked>> {
  const task = progress.start('asking the package index what was yanked');
  const ask = yankedReleases(indexUrls, { signal });
  const limit = pLimit(asksAtOnce);
  const answer = async (one: DepsDistribution): Promise<Yanked> => {
    // The index knows the reason, too.
    if (known?.get(one.name) === false) return false;
    const told = await ask(one);
    return told === undefined && known?.get(one.name) === true ? '' : told;
  };
  try {
    // The first shows whether an index answers at all.
    const [first, ...rest] = distributions;
    const answers = new Map<string, Yanked>();
    if (first !== undefined) answers.set(first.name, await answer(first));
    await Promise.all(rest.map((one) => limit(async () => void answers.set(one.name, await answer(one)))));
    return answers;
  } finally {
    task.done();
  }
}

/** The indexes that an installation asks: its own, else those of pip's settings, else PyPI. */
export function indexUrlsOf(indexes: PackageIndexes, settings: string | undefined): readonly string[] {
  if (indexes.isWithoutIndex === true || /\.no-index='?(?:1|true|yes|on)\b/i.test(settings ?? '')) return [];
  const own = indexes.indexUrl ?? settingOf(settings, 'index-url')[0] ?? defaultIndex;
  const extra = indexes.extraIndexUrls ?? [];
  return [own, ...(extra.length > 0 ? extra : settingOf(settings, 'extra-index-url'))];
}

/**
 * A setting as `pip config list` prints it, words apart; the environment's comes last and wins.
 *
 *     global.index-url='https://host/simple'
 *     :env:.extra-index-url='https://a/simple https://b/simple'
 */
function settingOf(settings: string | undefined, name: string): readonly string[] {
  const lines = [
    ...(settings ?? '').matchAll(new RegExp(`^(?:global|install|:env:)\\.${name}='(.*)'$`, 'gm')),
  ];
  return (lines.at(-1)?.[1] ?? '').split(/\s+|\\n/).filter((word) => word !== '');
}
