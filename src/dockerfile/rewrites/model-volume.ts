import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { readContextCopy } from './context-paths.ts';
import { removeBlock } from './remove-block.ts';
import { nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';

/** Where the compose file mounts the volume for models too. */
const modelsPath = '/models';
const modelVariables =
  /^(HF_HOME|HF_HUB_CACHE|HUGGINGFACE_HUB_CACHE|TRANSFORMERS_CACHE|SENTENCE_TRANSFORMERS_HOME)$/;
const offlineVariables = /^(HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE|HF_DATASETS_OFFLINE)$/;

const download =
  /huggingface-cli|\bhf\s+download|from_pretrained|snapshot_download|hf_hub_download|SentenceTransformer\(|\bpipeline\(/;

/** Models that the build downloads or copies → the first start downloads them into a volume. It needs the network, so it is made only when asked for. */
export const modelVolume: Rewrite = {
  id: 'model-volume',
  title: 'Keep models in a volume, not in the image',
  risk: 'opt-in',
  propose(dockerfile, facts) {
    const { model, syntax, placeOf } = dockerfile;
    const stage = model.stages[model.target];
    const baked = (stage?.instructions ?? []).flatMap((one) => bakedModels(one, facts) ?? []);
    if (stage === undefined || baked.length === 0) return nothingToDo;
    const leftAlone = baked.flatMap(({ instruction, doubt }) =>
      doubt === undefined ? [] : [`${placeOf(instruction.syntax)}: ${doubt}`],
    );
    const moved = baked.filter(({ doubt }) => doubt === undefined).map((one) => one.instruction);
    const obstacle =
      moved.length === 0
        ? undefined
        : (stageObstacle(dockerfile, stage) ?? missingFolder(dockerfile, stage, moved));
    if (moved.length === 0 || obstacle !== undefined)
      return { ...nothingToDo, leftAlone: [...leftAlone, ...(obstacle === undefined ? [] : [obstacle])] };
    const place = placeOfModels(stage);
    const [first] = moved;
    const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
    return {
      edits: moved.flatMap((one) => {
        const removal = removeBlock(syntax.text, { start: one.syntax.blockStart, end: one.syntax.range.end });
        return one === first && place === undefined
          ? [
              {
                range: { start: one.syntax.blockStart, end: one.syntax.range.end },
                newText: `# Mount a volume here: models are downloaded once, not with each new container.${eol}ENV HF_HOME=${modelsPath}`,
              },
            ]
          : [removal];
      }),
      reason: `models in the image are pushed and pulled with every version of the code (${moved.map((one) => placeOf(one.syntax)).join(', ')}); the first start downloads them into a volume instead, and needs the network for it: run with \`-v model-cache:${place ?? modelsPath}\``,
      leftAlone,
    };
  },
};

interface BakedModels {
  readonly instruction: Instruction;
  /** Why it cannot come from the hub later; undefined where it can. */
  readonly doubt: string | undefined;
}

function bakedModels(instruction: Instruction, facts: RewriteFacts): BakedModels | undefined {
  const { keyword } = instruction.syntax;
  if (keyword === 'copy' || keyword === 'add') return copiedModels(instruction, facts);
  if (keyword !== 'run') return undefined;
  const text = [instruction.syntax.value, ...instruction.syntax.heredocs.map((one) => one.content)].join(
    '\n',
  );
  if (!download.test(text)) return undefined;
  const { commands } = instruction;
  if (commands === undefined)
    return { instruction, doubt: 'downloads models in a way that is not read here' };
  if (!commands.every((command) => isDownload(command) || isAside(command)))
    return { instruction, doubt: 'does more than downloading models' };
  const place = /(--local-dir|--cache-dir|local_dir|cache_dir|save_pretrained|\.save\()/.exec(text)?.[1];
  return {
    instruction,
    doubt:
      place === undefined
        ? undefined
        : `puts the models where the application reads them by path (${place.replace('(', '')}): fill a volume for that path yourself`,
  };
}

function isDownload({ words }: ShellCommand): boolean {
  const [program = '', ...rest] = words;
  if (/^(huggingface-cli|hf)$/.test(program)) return rest[0] === 'download';
  return /^(\S*\/)?python[\d.]*$/.test(program) && rest.includes('-c') && download.test(rest.join(' '));
}

/** `pip install huggingface_hub[cli] &&` would be lost, `mkdir -p /models &&` is none. */
function isAside({ words }: ShellCommand): boolean {
  return ['set', 'mkdir', 'echo', 'true', 'export'].includes(words[0] ?? '');
}

/** Only what has the form of the hub's cache is known to the hub again. */
function copiedModels(
  instruction: Instruction,
  { modelCacheFolders }: RewriteFacts,
): BakedModels | undefined {
  const copy = readContextCopy(instruction);
  const models =
    copy?.sources.filter((source) =>
      /(^|\/)(models?|weights|checkpoints|hf[-_]cache|huggingface)$/i.test(source),
    ) ?? [];
  if (copy === undefined || models.length === 0) return undefined;
  const isCache = copy.sources.every((source) => modelCacheFolders?.has(source) === true);
  return {
    instruction,
    doubt: isCache
      ? undefined
      : `the application reads ${models.join(', ')} by path: take the COPY out and mount it (\`-v ./${models[0] ?? ''}:${copy.destination.replace(/(.)\/$/, '$1')}:ro\`) if it changes apart from the code`,
  };
}

function stageObstacle({ model, placeOf }: ResolvedDockerfile, stage: Stage): string | undefined {
  const offline = stage.instructions.find(
    ({ syntax }) =>
      syntax.keyword === 'env' &&
      /HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE|HF_DATASETS_OFFLINE/.test(syntax.value),
  );
  if (Object.keys(stage.after.env).some((name) => offlineVariables.test(name)))
    return `${offline === undefined ? 'the Dockerfile' : placeOf(offline.syntax)}: the container is meant to work without a network`;
  const { user } = stage.after;
  if (user !== undefined && !/^(root|0)(:|$)/.test(user) && !preparesFolder(stage))
    return `the container runs as ${user}, who cannot write to a new volume: make the folder and give it to ${user} first`;
  return model.stages.some((one) => one.baseStage === stage.position)
    ? 'another stage starts from this one'
    : undefined;
}

/** `RUN chown -R app /models` behind a download that makes /models: without it there would be nothing to give away. */
function missingFolder(
  { placeOf }: ResolvedDockerfile,
  stage: Stage,
  moved: readonly Instruction[],
): string | undefined {
  const place = placeOfModels(stage);
  if (place === undefined) return undefined;
  const kept = stage.instructions.filter((one) => !moved.includes(one));
  const names = (one: Instruction, isMaking: boolean): boolean =>
    one.commands?.some(
      ({ words }) => words.includes(place) && /^(mkdir|install)$/.test(words[0] ?? '') === isMaking,
    ) === true;
  const user = kept.findIndex((one) => names(one, false));
  const isMade = kept
    .slice(0, user + 1)
    .some(
      (one) => names(one, true) || (one.syntax.keyword === 'workdir' && one.syntax.value.trim() === place),
    );
  const found = kept[user];
  return found === undefined || isMade
    ? undefined
    : `${placeOf(found.syntax)} needs ${place}, which the download makes: put \`mkdir -p ${place}\` into that RUN first`;
}

/** `RUN mkdir -p /models && chown app /models`: a new volume takes the owner. */
function preparesFolder(stage: Stage): boolean {
  const place = placeOfModels(stage) ?? modelsPath;
  return stage.instructions.some((one) =>
    one.commands?.some(({ words }) => words[0] === 'chown' && words.includes(place)),
  );
}

/** Where the Dockerfile itself puts models. */
function placeOfModels({ after }: Stage): string | undefined {
  return Object.entries(after.env).find(([name]) => modelVariables.test(name))?.[1];
}
