import type { Project } from '../../../project/index.ts';
import { modelCacheWords, type ProjectStudy } from '../../../slim/index.ts';

/** Libraries that download models on first use, by the name they are imported by. */
const modelLibraries = [
  'transformers',
  'sentence_transformers',
  'diffusers',
  'huggingface_hub',
  'datasets',
  'timm',
  'spacy_transformers',
];

/** Whether the compose file should keep downloaded models in a volume. */
export interface ModelCacheDecision {
  /** The application's libraries that the volume is for; empty for none. */
  readonly libraries: readonly string[];
  readonly leftAlone: readonly { readonly what: string; readonly because: string }[];
}

/**
 * `hasCachedModels`: whether the fat image holds any, where it was read; otherwise the build's own words have to tell.
 * A volume for models, where it can only help: not when the build puts models into the image (another `HF_HOME` would hide them), when the
 * Dockerfile has a place for them already, or when the user of the container could not write to it.
 */
export function decideModelCache(
  project: Project,
  study: ProjectStudy,
  hasCachedModels?: boolean,
): ModelCacheDecision {
  const imported = new Set(study.application.imports.map((one) => one.module.split('.')[0] ?? ''));
  const libraries = modelLibraries.filter((name) => imported.has(name));
  const because = libraries.length === 0 ? undefined : obstacle(project, study, hasCachedModels);
  if (because === undefined) return { libraries, leftAlone: [] };
  return { libraries: [], leftAlone: [{ what: modelCacheWords, because }] };
}

const placeOfModels =
  /\b(HF_HOME|HF_HUB_CACHE|HUGGINGFACE_HUB_CACHE|TRANSFORMERS_CACHE|SENTENCE_TRANSFORMERS_HOME|XDG_CACHE_HOME|HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE)\b/;
const download =
  /from_pretrained|snapshot_download|hf_hub_download|huggingface-cli|\bhf\s+download|SentenceTransformer\(|\bpipeline\(|\/\.cache\/huggingface/;

function obstacle(
  { dockerfile: { model } }: Project,
  { application }: ProjectStudy,
  hasCachedModels: boolean | undefined,
): string | undefined {
  const stage = model.stages[model.target];
  const instructions = model.stages.flatMap((one) => one.instructions);
  const at = (one: (typeof instructions)[number]): string => `line ${one.syntax.startLine}`;
  const place = instructions.find(
    ({ syntax }) => syntax.keyword === 'env' && placeOfModels.test(syntax.value),
  );
  if (place !== undefined) return `${at(place)}: the Dockerfile says itself where models are`;
  if (hasCachedModels === true) return 'the image holds downloaded models, which a volume would hide';
  const baked =
    hasCachedModels === false
      ? undefined
      : instructions.find(
          ({ syntax }) =>
            ['run', 'copy', 'add'].includes(syntax.keyword) &&
            download.test([syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n')),
        );
  if (baked !== undefined)
    return `${at(baked)}: the build puts models into the image, which a volume would hide`;
  const script =
    hasCachedModels === false
      ? undefined
      : application.buildImports.find((one) => modelLibraries.includes(one.module.split('.')[0] ?? ''));
  if (script !== undefined)
    return `${script.file}:${script.line}: a script of the build may put models into the image, which a volume would hide`;
  const user = stage?.after.user;
  return user === undefined || user === 'root' || user === '0'
    ? undefined
    : `a new volume belongs to root, and the container runs as ${user}`;
}
