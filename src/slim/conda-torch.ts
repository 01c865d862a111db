import { posix } from 'node:path';
import type { ShellCommand } from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';

/** Whether the Dockerfile has conda install PyTorch, by name or by an environment file of the project. */
export function condaBringsTorch({ dockerfile, texts }: Project): boolean {
  const commands = dockerfile.model.stages
    .flatMap((stage) => stage.instructions)
    .flatMap(({ commands: all }) => all ?? [])
    .filter(isCondaInstall);
  const files = texts.manifests.filter(({ path }) => /(^|\/)environment\.ya?ml$/.test(path));
  return commands.some(
    ({ words }) =>
      words.some((word) => /^(?:[\w-]+::)?pytorch(?:[=<>~].*)?$/.test(word)) ||
      files.some(
        ({ path, text }) =>
          (words.includes('env') || words.some((word) => posix.basename(word) === posix.basename(path))) &&
          /^\s*-\s*["']?(?:[\w-]+::)?pytorch(?:[\s=<>~"'#]|$)/m.test(text),
      ),
  );
}

function isCondaInstall({ words }: ShellCommand): boolean {
  return (
    /^(conda|mamba|micromamba)$/.test(posix.basename(words[0] ?? '')) &&
    words.some((word) => /^(install|create|update|env)$/.test(word))
  );
}
