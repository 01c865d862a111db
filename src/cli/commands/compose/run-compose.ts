import { join, relative, resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { proposeCompose } from '../../../compose/index.ts';
import type { Compose } from '../../../project/index.ts';
import { type ComposeReport, composeJson, composeText } from '../../../report/index.ts';
import { diffOf } from '../../../slim/index.ts';
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
  const { report, content, previous } = propose(directory, compose, judged);
  signal.throwIfAborted();
  const isWritten = (options.fix || options.write) && report.changes.length > 0;
  if (isWritten) await replaceFile(join(directory, report.file), previous, content);
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
  readonly previous: string | undefined;
  readonly content: string;
}

function propose(
  directory: string,
  compose: Compose | undefined,
  judged: readonly JudgedService[],
): Proposed {
  const [main] = compose?.documents ?? [];
  const file = main === undefined ? 'compose.yaml' : relative(directory, main.file);
  const previous = main?.text;
  const known = judged.flatMap((one) => ('subject' in one ? [one] : []));
  const { content, changes, leftAlone } = proposeCompose({
    previous,
    services: known.map(({ subject }) => subject),
  });
  const notFollowed = compose?.notFollowed.filter((one) => !/ extends /.test(one)) ?? [];
  return {
    previous,
    content,
    report: {
      directory,
      file,
      isNew: main === undefined,
      services: known.map(({ subject, dockerfile }) => ({ name: subject.needs.name, dockerfile })),
      changes,
      leftAlone,
      passedOver: [
        ...judged.flatMap((one) => ('because' in one ? [{ what: one.name, because: one.because }] : [])),
        ...notFollowed.map((what) => ({ what, because: 'what it brings in is not looked at' })),
      ],
      diff: changes.length === 0 ? '' : diffOf([{ path: file, previous, content }]),
      isWritten: false,
    },
  };
}

function rendered(report: ComposeReport, options: ComposeOptions, environment: CliEnvironment): string {
  if (options.json) return composeJson(report);
  return composeText(report, { width: environment.columns, hasColour: environment.isColour });
}
