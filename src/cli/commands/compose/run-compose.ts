import { join, relative, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { proposeCompose } from '../../../compose/index.ts';
import type { Compose, ComposeDocument } from '../../../project/index.ts';
import { type ComposeReport, composeJson, composeText } from '../../../report/index.ts';
import { diffOf, type LeanFile } from '../../../slim/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { replaceFile } from '../../replace-file.ts';
import { builtServices, chooseServices } from './choose-services.ts';
import { type ComposeOptions, parseComposeOptions } from './compose-options.ts';
import { readValidCompose } from './read-compose-file.ts';
import { type JudgedService, judgeService, newService } from './subject-of.ts';

/** `plimsoll compose`: reads compose file and project, shows what is missing, and writes it where asked to. */
export async function runCompose(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const options = parseComposeOptions(given);
  const environment = readEnvironment(signal, true);
  const directory = resolve(environment.cwd, options.directory);
  const compose = await readValidCompose(directory, options.file);
  const judged = await judge(directory, compose, options);
  const { report, files } = propose(directory, compose, judged);
  signal.throwIfAborted();
  const isWritten = (options.fix || options.write) && report.changes.length > 0;
  if (isWritten)
    for (const { path, previous, content } of files)
      await replaceFile(join(directory, path), previous, content);
  environment.write(rendered({ ...report, isWritten }, options, environment));
  return report.changes.length > 0 && !isWritten ? exitCodes.findings : exitCodes.clean;
}

async function judge(
  directory: string,
  compose: Compose | undefined,
  options: ComposeOptions,
): Promise<readonly JudgedService[]> {
  if (compose === undefined) {
    if (options.service.length > 0) {
      throw new UserError('There is no compose file, and so no service to name.', {
        hint: 'Leave --service away, and a compose file is made.',
      });
    }
    return [await newService(directory, options)];
  }
  if (options.dockerfile !== undefined) {
    throw new UserError('--dockerfile is for a new compose file; the one that is there names its own.', {
      hint: 'Leave it away.',
    });
  }
  const all = builtServices(compose);
  const judged: JudgedService[] = [];
  for (const named of chooseServices(compose, directory, options.service))
    judged.push(await judgeService(named, all, { compose, options }));
  const [only] = judged;
  if (only !== undefined && 'because' in only && judged.length === 1)
    throw new UserError(`The service ${only.name} cannot be judged: ${only.because}`);
  return judged;
}

interface Proposed {
  readonly report: ComposeReport;
  /** Those that change. */
  readonly files: readonly LeanFile[];
}

function propose(
  directory: string,
  compose: Compose | undefined,
  judged: readonly JudgedService[],
): Proposed {
  const [main] = compose?.documents ?? [];
  const shown = (document: ComposeDocument | undefined): string =>
    document === undefined ? 'compose.yaml' : relative(directory, document.file);
  const known = judged.flatMap((one) => ('subject' in one ? [one] : []));
  // Each file gets what its own services lack.
  const byOrigin = Map.groupBy(known, ({ subject }) => compose?.origins.get(subject.needs.name) ?? main);
  const proposals = [...byOrigin].map(([origin, services]) => ({
    path: shown(origin),
    previous: origin?.text,
    ...proposeCompose({ previous: origin?.text, services: services.map(({ subject }) => subject) }),
  }));
  const files = proposals.filter(({ changes }) => changes.length > 0);
  const notFollowed = compose?.notFollowed.filter((one) => !/ extends /.test(one)) ?? [];
  return {
    files,
    report: {
      directory,
      file: shown(main),
      isNew: main === undefined,
      services: known.map(({ subject, dockerfile }) => ({ name: subject.needs.name, dockerfile })),
      changes: proposals.flatMap(({ path, changes }) => changes.map((one) => ({ ...one, file: path }))),
      leftAlone: proposals.flatMap(({ leftAlone }) => leftAlone),
      passedOver: [
        ...judged.flatMap((one) => ('because' in one ? [{ what: one.name, because: one.because }] : [])),
        ...notFollowed.map((text) => {
          const [what = '', ...because] = text.split(': ');
          return { what, because: because.join(': ') };
        }),
      ],
      diff: diffOf(files),
      isWritten: false,
    },
  };
}

function rendered(report: ComposeReport, options: ComposeOptions, environment: CliEnvironment): string {
  if (options.json) return composeJson(report);
  return composeText(report, { width: environment.columns, hasColour: environment.isColour });
}
