import type { ModelCache, Need } from '../../compose/index.ts';
import type { Instruction } from '../../dockerfile/index.ts';
import type { Project } from '../../project/index.ts';
import type { ProjectStudy } from '../../slim/index.ts';
import type { ServiceStart } from './service-start.ts';

/** Libraries that download models on first use, by the name they are imported by. */
const modelLibraries = [
  'transformers',
  'sentence_transformers',
  'diffusers',
  'huggingface_hub',
  'datasets',
  'timm',
  'spacy_transformers',
  'vllm',
  'optimum',
  'peft',
  'setfit',
  'faster_whisper',
];

/** What the decision is drawn from. */
export interface ModelCacheInput {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly start: ServiceStart;
  /** Whether the fat image holds downloaded models, where it was read; otherwise the build's own words have to tell. */
  readonly hasCachedModels?: boolean | undefined;
}

/**
 * A volume for models, where it can only help: not when the build puts models into the image (a volume would hide them), when nothing is
 * downloaded, or when the user of the container could not write to it. Undefined where no library downloads models.
 */
export function decideModelCache(input: ModelCacheInput): Need<ModelCache> | undefined {
  const { study, start } = input;
  const imported = new Set(study.application.imports.map((one) => one.module.split('.')[0] ?? ''));
  const libraries = modelLibraries.filter((name) => imported.has(name));
  if (libraries.length === 0 && !start.words.some((word) => /(^|\/)vllm$/.test(word))) return undefined;
  const place = placeOf(start.env);
  const leftAlone = obstacle(input, place.path);
  if (leftAlone !== undefined) return { leftAlone };
  const named = libraries.length > 0 ? libraries.slice(0, 3).join(', ') : 'vllm';
  const said = place.isSet ? `, into ${place.path} as ${place.variable} says` : '';
  return {
    value: { path: place.path, variable: place.isSet ? undefined : place.variable },
    because: `${named} downloads models when the container runs${said}: in a volume they outlive it and are downloaded once`,
  };
}

/** Variables that say where models lie, the one that wins first. */
const placeVariables = [
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'HF_HOME',
  'TRANSFORMERS_CACHE',
  'SENTENCE_TRANSFORMERS_HOME',
  'XDG_CACHE_HOME',
];

interface CachePlace {
  readonly path: string;
  readonly variable: string;
  readonly isSet: boolean;
}

function placeOf(env: Readonly<Record<string, string>>): CachePlace {
  const variable = placeVariables.find((name) => (env[name] ?? '') !== '');
  return variable === undefined
    ? { path: '/models', variable: 'HF_HOME', isSet: false }
    : { path: env[variable] ?? '', variable, isSet: true };
}

const download =
  /from_pretrained|snapshot_download|hf_hub_download|huggingface-cli|\bhf\s+download|SentenceTransformer\(|\bpipeline\(|\/\.cache\/huggingface/;

function obstacle(input: ModelCacheInput, path: string): string | undefined {
  const { project, study, start, hasCachedModels } = input;
  const instructions = project.dockerfile.model.stages.flatMap((one) => one.instructions);
  const offline = ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find((name) => isOn(start.env[name]));
  if (offline !== undefined) return `${offline} says that nothing is downloaded`;
  const open = placeVariables.find((name) => start.openVariables.includes(name));
  if (open !== undefined) return `${open} is set where Compose runs, and its value is not known here`;
  if (!path.startsWith('/') || path.includes('$'))
    return `where models are (${path}) is known only when it runs`;
  if (hasCachedModels === true) return 'the image holds downloaded models, which a volume would hide';
  const baked = hasCachedModels === false ? undefined : instructions.find(isDownload);
  if (baked !== undefined)
    return `line ${baked.syntax.startLine}: the build puts models into the image, which a volume would hide`;
  const script =
    hasCachedModels === false
      ? undefined
      : study.application.buildImports.find((one) => modelLibraries.includes(one.module.split('.')[0] ?? ''));
  if (script !== undefined)
    return `${script.file}:${script.line}: a script of the build may put models into the image, which a volume would hide`;
  const { user } = start;
  if (user === undefined || /^(root|0)(:|$)/.test(user) || instructions.some((one) => isPrepared(one, path)))
    return undefined;
  return `a new volume belongs to root, and the container runs as ${user}: create the folder in the Dockerfile for this user (RUN install -d -o ${user.replace(/:.*/, '')} ${path}), and the volume takes its owner over`;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(0|false|no|off|)$/i.test(value);
}

function isDownload({ syntax }: Instruction): boolean {
  return (
    ['run', 'copy', 'add'].includes(syntax.keyword) &&
    download.test([syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n'))
  );
}

/** An empty volume takes the owner of the folder that the image has in its place. */
function isPrepared({ syntax }: Instruction, path: string): boolean {
  const text = [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n');
  return syntax.keyword === 'run' && text.includes(path) && /\bchown\b|\binstall\b[^&;\n]*-o\b/.test(text);
}
