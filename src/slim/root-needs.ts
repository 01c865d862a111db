import { posix } from 'node:path';
import type { RootNeeds } from '../dockerfile/index.ts';
import type { Project, ProjectText } from '../project/index.ts';
import { startedScripts } from './needed-commands.ts';
import type { ProjectStudy } from './study-project.ts';

const rootCommand =
  /(?:^|[;&|(]|\b(?:then|else|do|exec))\s*(gosu|su-exec|sudo|setpriv|runuser|apt-get|apt|apk|chown|useradd|usermod|groupmod|supervisord|nginx|cron|crond|sshd|ldconfig|update-ca-certificates)\b/;
const rootHome = /["'](\/root(?:\/[^"']*)?)["']/;
const written =
  /\b(?:open|makedirs|mkdir|FileHandler|RotatingFileHandler|connect|copyfile|savefig)\(\s*[fr]?["'](\/(?!tmp\/|dev\/|proc\/|sys\/)[^"'{]*)/;

/** What of the project speaks against another user than root: start scripts, sources, the compose file. */
export function rootNeeds(
  project: Project,
  study: ProjectStudy,
  known: Pick<RootNeeds, 'ports' | 'volumePaths'>,
): RootNeeds {
  const { model } = project.dockerfile;
  const workdir = model.stages[model.target]?.after.workdir ?? '/';
  const files = new Set(study.application.sources.map(({ path }) => path));
  const sources = project.texts.pythonSources.filter(({ path }) => files.has(path));
  return {
    ...known,
    reasons: [
      ...startedScripts(project).flatMap((script) =>
        linesOf(script).flatMap(({ line, place }) => {
          const program = line.trimStart().startsWith('#') ? undefined : rootCommand.exec(line)?.[1];
          return program === undefined ? [] : [`${place} calls ${program}, which needs root`];
        }),
      ),
      ...sources.flatMap((source) => linesOf(source).flatMap((one) => sourceReason(one, workdir))),
      ...composeReasons(project),
    ],
  };
}

interface PlacedLine {
  readonly line: string;
  readonly place: string;
}

function linesOf({ path, text }: ProjectText): readonly PlacedLine[] {
  return text.split('\n').map((line, at) => ({ line, place: `${path}:${at + 1}` }));
}

function sourceReason({ line, place }: PlacedLine, workdir: string): string[] {
  const home = rootHome.exec(line)?.[1];
  if (home !== undefined) return [`${place} names ${home}, which is closed to other users`];
  const path = written.exec(line)?.[1];
  const isOwn = path === undefined || path === workdir || path.startsWith(`${workdir}/`);
  return isOwn ? [] : [`${place} may write to ${path}, outside of the working directory`];
}

/** Files in volumes and on the host have owners already. */
function composeReasons({ compose, directory }: Project): string[] {
  const [service] = compose?.builders ?? [];
  if (compose === undefined || service === undefined) return [];
  const file = (compose.origins.get(service.name) ?? compose.documents[0])?.file ?? '';
  const name = posix.relative(directory, file);
  return [
    ...(service.user === undefined ? [] : [`${name} sets the user to ${service.user}`]),
    ...service.volumes.map(
      ({ source, target }) =>
        `${name} mounts ${source ?? 'a volume'} at ${target}, and what is there may belong to root`,
    ),
  ];
}
