import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { CiBuild, Project } from '../../project/index.ts';
import type { LeanFile } from '../lean-file.ts';
import { actionCache } from './action-cache.ts';
import type { BuildStep, StepChange } from './build-step.ts';
import { lineAt, rangeOf, type Splice, spliced } from './pipeline-text.ts';
import { scriptCache } from './script-cache.ts';

/** How the pipelines that build the project keep layers from one run to the next. */
export interface CiCacheProposal {
  /** Pipelines with the lines that they lack. */
  readonly files: readonly LeanFile[];
  /** One sentence for each step that lacks them, with the exact lines. */
  readonly advice: readonly string[];
  /** Why a step gets no lines, where that is so. */
  readonly leftAlone: readonly string[];
}

/** What each step lacks that builds this Dockerfile without a cache; pure. */
export function proposeCiCache(project: Pick<Project, 'directory' | 'ciBuilds'>): CiCacheProposal {
  const byFile = Map.groupBy(project.ciBuilds, ({ step }) => step.file);
  const files: LeanFile[] = [];
  const advice: string[] = [];
  const leftAlone: string[] = [];
  for (const [file, builds] of byFile) {
    const text = builds[0]?.step.text ?? '';
    const splices: Splice[] = [];
    for (const step of stepsOf(text, builds, project.directory)) {
      const change = changeOf(step);
      if (typeof change === 'string') leftAlone.push(change);
      if (change === undefined || typeof change === 'string') continue;
      advice.push(`${change.advice}${change.because === undefined ? '' : ` (${change.because})`}`);
      if (change.splices !== undefined && isSafe(text, [...splices, ...change.splices]))
        splices.push(...change.splices);
    }
    if (splices.length > 0)
      files.push({
        path: relativePath(project.directory, file),
        content: spliced(text, splices),
        previous: text,
        isNotBuilt: true,
      });
  }
  return { files, advice, leftAlone };
}

/** Undefined where there is nothing to add, a sentence where it is not for us to add. */
function changeOf(step: BuildStep): StepChange | string | undefined {
  const { form, hasCache } = step.build.step;
  if (hasCache || form === 'other' || isSelfHosted(step.job)) return undefined;
  return form === 'action' ? actionCache(step) : scriptCache(step);
}

function stepsOf(text: string, builds: readonly CiBuild[], directory: string): readonly BuildStep[] {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  const paths = new Map(builds.map((build) => [JSON.stringify(build.step.path), build]));
  return [...paths.values()].flatMap((build) => {
    const { path } = build.step;
    const node: unknown = document.getIn(path, true);
    if (!isMap(node)) return [];
    const list: unknown = document.getIn(path.slice(0, -1), true);
    const job: unknown = path.at(-2) === 'steps' ? document.getIn(path.slice(0, -2), true) : node;
    const position = Number(path.at(-1));
    return [
      {
        text,
        document,
        node,
        siblings: isSeq(list) ? list.items : undefined,
        position,
        job: isMap(job) ? job : undefined,
        place: `${build.place}:${lineAt(text, rangeOf(node)?.[0] ?? 0)}`,
        build,
        scope: scopeOf(text, build, directory),
      },
    ];
  });
}

/** The name of the project's folder, where it is a part of a repository or its pipeline builds other images too. */
function scopeOf(text: string, { place, step }: CiBuild, directory: string): string | undefined {
  const root = step.file.slice(0, -place.length - 1);
  const count =
    text.match(/uses:\s*["']?docker\/build-push-action@|\bdocker\s+(?:buildx\s+)?build\b/g)?.length ?? 0;
  return directory !== root || count > 1 ? (directory.split('/').pop() ?? 'image') : undefined;
}

/** A machine of one's own keeps its caches. */
function isSelfHosted(job: YAMLMap | undefined): boolean {
  const runsOn: unknown = job?.get('runs-on', true);
  return /\bself-hosted\b/.test(String(runsOn ?? ''));
}

/** The file is YAML still, and says all that it said. */
function isSafe(text: string, splices: readonly Splice[]): boolean {
  const [before, after] = [text, spliced(text, splices)].map((one) =>
    parseDocument(one, { merge: true, logLevel: 'silent' }),
  );
  if (before === undefined || after === undefined || after.errors.length > 0) return false;
  return isDeepStrictEqual(withoutCache(before.toJS()), withoutCache(after.toJS()));
}

/** A pipeline's content without anything that is added here. */
function withoutCache(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isSetup(one)).map(withoutCache);
  if (typeof value === 'string')
    return value
      .replaceAll(
        /docker\s+(?:image\s+|buildx\s+)?build\b(?: --load)?(?: --cache-(?:from|to) "[^"]*")*/g,
        'docker build',
      )
      .replaceAll(/docker context create ci\ndocker buildx create --use ci\n/g, '');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'cache-from' && key !== 'cache-to')
    .map(([key, one]) => [key, withoutCache(one)] as const)
    .filter(([key, one]) => key !== 'with' || Object.keys(Object(one)).length > 0);
  return Object.fromEntries(entries);
}

function isSetup(item: unknown): boolean {
  if (typeof item === 'string') return /^docker (?:context create|buildx create --use) ci$/.test(item);
  return /"docker\/setup-buildx-action@/.test(JSON.stringify(item) ?? '');
}

function relativePath(directory: string, file: string): string {
  const [from, to] = [directory.split('/'), file.split('/')];
  const common = from.findIndex((part, at) => part !== to[at]);
  const shared = common === -1 ? from.length : common;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
