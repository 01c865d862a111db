import type { Instruction, ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { programOf } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

interface Place {
  readonly what: string;
  readonly path: string;
}

/** A cache mount over something that the container reads. */
export const cacheMountOverData: LintRule = {
  id: 'cache-mount-over-data',
  severity: 'error',
  title: 'a cache mount over what the container needs',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap((instruction) => {
      const targets = cacheTargets(instruction).filter((target) => target.startsWith('/'));
      return targets.flatMap((target) => {
        const place = placesOf(instruction).find(({ path }) => isBelow(path, target));
        const isTakenOut = (instruction.commands ?? []).some(
          (command) =>
            ['cp', 'mv', 'rsync', 'tar', 'install'].includes(programOf(command)) &&
            command.words.slice(1).some((word) => isBelow(word, target) || isBelow(target, word)),
        );
        return place === undefined || isTakenOut
          ? []
          : [
              {
                range:
                  instruction.syntax.flags.find(({ value }) => value?.includes(target) === true)?.range ??
                  instruction.syntax.range,
                message: `${place.what} goes to ${place.path}, which is in the cache mount and not in the image`,
              },
            ];
      });
    }),
};

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** Where the commands of a RUN put what is meant to stay. */
function placesOf(instruction: Instruction): readonly Place[] {
  const { variables, user } = instruction.before;
  const isRoot = user === undefined || /^(?:root|0)(?::|$)/.test(user);
  const home = variables['HOME'] ?? (isRoot ? '/root' : undefined);
  const cache = variables['XDG_CACHE_HOME'] ?? (home === undefined ? undefined : `${home}/.cache`);
  const below = (base: string | undefined, path: string): string | undefined =>
    base === undefined ? undefined : `${base}/${path}`;
  const places: (Place | undefined)[] = (instruction.commands ?? []).flatMap((command) => {
    const text = command.words.join(' ');
    const place = (what: string, path: string | undefined): Place | undefined =>
      path === undefined ? undefined : { what, path };
    return [
      /from_pretrained|snapshot_download|hf_hub_download|SentenceTransformer\(|^(?:huggingface-cli|hf) download(?!.*--local-dir)/.test(
        text,
      )
        ? place('the model', variables['HF_HUB_CACHE'] ?? variables['HF_HOME'] ?? below(cache, 'huggingface'))
        : undefined,
      /whisper\.load_model/.test(text) ? place('the model', below(cache, 'whisper')) : undefined,
      /torch\.hub\.load/.test(text)
        ? place('the model', variables['TORCH_HOME'] ?? below(cache, 'torch'))
        : undefined,
      /^playwright install|-m playwright install/.test(text)
        ? place('the browser', variables['PLAYWRIGHT_BROWSERS_PATH'] ?? below(cache, 'ms-playwright'))
        : undefined,
      ...environmentOf(command, instruction).map((path) => place('the Python environment', path)),
    ];
  });
  return places.filter((one) => one !== undefined);
}

function environmentOf(command: ShellCommand, { before }: Instruction): readonly string[] {
  const isInstall = readPipInstall(command) !== undefined || readProjectInstall(command) !== undefined;
  if (!isInstall) return [];
  const { variables, workdir } = before;
  const own = readProjectInstall(command)?.tool === 'uv' ? workdir : undefined;
  return [
    variables['UV_PROJECT_ENVIRONMENT'] ??
      (own === undefined ? undefined : `${own.replace(/\/$/, '')}/.venv`),
    variables['VIRTUAL_ENV'],
  ]
    .filter((path) => path !== undefined)
    .filter((path) => path.startsWith('/'));
}
