import {
  cpuVariant,
  developmentPurpose,
  gpuCompanionOf,
  type InstalledDistribution,
} from '../../../python/index.ts';
import type { EditId, IgnoreProposal, ProjectStudy, TargetDecision } from '../../../slim/index.ts';
import type { ReadImage } from '../../read-opened.ts';
import { layerBytes, modelDownload, ownerChange } from './layer-bytes.ts';
import { predictPaths } from './predict-paths.ts';

/** What predictions are drawn from; without a fat image only the build context is known. */
export interface PredictionInput {
  readonly fat?: ReadImage;
  readonly study: ProjectStudy;
  readonly target: TargetDecision;
  readonly ignore: IgnoreProposal;
}

/** Bytes that each edit is expected to save, measured in the fat image; undefined where it does not tell. */
export function predictBytes({
  fat,
  study,
  target,
  ignore,
}: PredictionInput): (id: EditId) => number | undefined {
  const distributions = fat?.distributions ?? [];
  const development = developmentOnly(distributions, study);
  const gpu =
    target.device === 'cpu' ? distributions.filter((one) => gpuCompanionOf(one.name) !== undefined) : [];
  const gone = new Set([...development, ...gpu]);
  const rest = distributions.filter((one) => !gone.has(one));
  const ofClass = (...names: readonly string[]): number =>
    sum(
      rest.flatMap((one) =>
        names.map((name) => one.bytesByClass[name as keyof typeof one.bytesByClass] ?? 0),
      ),
    );
  const known: Partial<Record<EditId, number | undefined>> = {
    dockerignore: ignore.savedBytes,
    ...(fat === undefined
      ? {}
      : {
          'production-requirements': sum(development.map((one) => one.sizeBytes)),
          'cpu-wheels': gpu.length === 0 ? undefined : sum(gpu.map((one) => one.sizeBytes)) + gpuCode(rest),
          'prune-tests': ofClass('tests'),
          'prune-headers': ofClass('headers', 'static-library', 'native-source'),
          'split-stages': fat.root.deadBytes,
          ...predictPaths(fat.root.entries()),
          'copy-owner': layerBytes({ layers: fat.image.layers, root: fat.root }, ownerChange),
          'model-volume': layerBytes({ layers: fat.image.layers, root: fat.root }, modelDownload),
        }),
  };
  return (id) => known[id];
}

/** The CUDA builds of the swapped distributions are about half GPU code. */
function gpuCode(distributions: readonly InstalledDistribution[]): number {
  return sum(
    distributions.filter((one) => cpuVariant(one.name)?.how === 'index').map((one) => one.sizeBytes / 2),
  );
}

/** Development tools that no application code imports, with what nobody else requires. */
function developmentOnly(
  distributions: readonly InstalledDistribution[],
  study: ProjectStudy,
): InstalledDistribution[] {
  const imported = new Set(study.application.imports.map((one) => one.module.split('.')[0] ?? ''));
  const tools = distributions.filter(
    (one) => developmentPurpose(one.name) !== undefined && !imported.has(one.name.replaceAll('-', '_')),
  );
  const kept = reachable(
    distributions.filter((one) => !tools.includes(one) && isAsked(one, study)),
    distributions,
  );
  const pulled = reachable(tools, distributions);
  return distributions.filter((one) => pulled.has(one.name) && !kept.has(one.name));
}

function isAsked(distribution: InstalledDistribution, study: ProjectStudy): boolean {
  const lines = study.requirements.flatMap((tree) => tree.requested);
  const isNamed =
    lines.some(({ line }) => line.name === distribution.name) ||
    study.inlineRequirements.some((text) =>
      text.toLowerCase().replaceAll('_', '-').startsWith(distribution.name),
    );
  return isNamed && developmentPurpose(distribution.name) === undefined;
}

function reachable(
  from: readonly InstalledDistribution[],
  all: readonly InstalledDistribution[],
): Set<string> {
  const byName = new Map(all.map((one) => [one.name, one]));
  const reached = new Set(from.map((one) => one.name));
  for (const name of reached)
    for (const required of byName.get(name)?.requires ?? []) if (byName.has(required)) reached.add(required);
  return reached;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
