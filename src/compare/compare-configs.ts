import { redactInstruction } from '../finding/index.ts';
import type { Healthcheck, ImageConfig, Platform } from '../image/index.ts';

/** A setting of an image. */
export type ConfigField =
  | 'platform'
  | 'env'
  | 'entrypoint'
  | 'cmd'
  | 'user'
  | 'workdir'
  | 'port'
  | 'volume'
  | 'label'
  | 'healthcheck'
  | 'stop-signal'
  | 'created'
  | 'history';

/** A setting that only one image has, or that they have differently. */
export interface ConfigChange {
  readonly field: ConfigField;
  /** Which variable, label, port or volume. */
  readonly key?: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Before; values that look like secrets read `***`. Absent where there was none. */
  readonly fat?: string;
  /** After; says that it is another value where both read the same. */
  readonly lean?: string;
}

interface Setting {
  readonly field: ConfigField;
  readonly key?: string;
  readonly text: string;
}

/**
 * What the configurations set differently. `isSemantic` leaves out what a container does not see: times, history, and other spellings of one
 * setting (no working directory and `/`, port `80` and `80/tcp`, no stop signal and `SIGTERM`).
 */
export function compareConfigs(fat: ImageConfig, lean: ImageConfig, isSemantic: boolean): ConfigChange[] {
  const before = settingsOf(fat, isSemantic);
  const after = settingsOf(lean, isSemantic);
  return [...new Map([...before, ...after])].flatMap(([id, { field, key }]): ConfigChange[] => {
    const [old, now] = [before.get(id), after.get(id)];
    if (old?.text === now?.text) return [];
    return [
      {
        field,
        ...(key === undefined ? {} : { key }),
        change: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed',
        ...(old === undefined ? {} : { fat: shownText(old) }),
        ...(now === undefined ? {} : { lean: shownAfter(now, old) }),
      },
    ];
  });
}

/** Labels that say when an image was made. */
const timeLabel = /^(?:org\.opencontainers\.image\.created|org\.label-schema\.build-date|build[-_]?date)$/i;

/** Every setting that is not empty, by field and key. */
function settingsOf(config: ImageConfig, isSemantic: boolean): Map<string, Setting> {
  const variables = config.env.map((one): Setting => {
    const at = one.indexOf('=');
    return at === -1
      ? { field: 'env', key: one, text: '' }
      : { field: 'env', key: one.slice(0, at), text: one.slice(at + 1) };
  });
  const labels = Object.entries(config.labels)
    .filter(([key]) => !isSemantic || !timeLabel.test(key))
    .map(([key, text]): Setting => ({ field: 'label', key, text }));
  const workdir = isSemantic && config.workingDir === '/' ? '' : config.workingDir;
  const stopSignal = isSemantic && config.stopSignal === 'SIGTERM' ? undefined : config.stopSignal;
  const settings: readonly Setting[] = [
    { field: 'platform', text: platformText(config.platform) },
    ...variables,
    { field: 'entrypoint', text: listText(config.entrypoint) },
    { field: 'cmd', text: listText(config.cmd) },
    { field: 'user', text: config.user },
    { field: 'workdir', text: workdir },
    ...config.exposedPorts.map((port): Setting => {
      const key = isSemantic && !port.includes('/') ? `${port}/tcp` : port;
      return { field: 'port', key, text: key };
    }),
    ...config.volumes.map((key): Setting => ({ field: 'volume', key, text: key })),
    ...labels,
    { field: 'healthcheck', text: config.healthcheck === undefined ? '' : checkText(config.healthcheck) },
    { field: 'stop-signal', text: stopSignal ?? '' },
    ...(isSemantic ? [] : recordOf(config)),
  ];
  return new Map(
    settings
      .filter(({ text, key }) => text !== '' || key !== undefined)
      .map((setting) => [`${setting.field} ${setting.key ?? ''}`, setting] as const),
  );
}

/** What is recorded of the build. */
function recordOf(config: ImageConfig): Setting[] {
  const history = config.history.map(({ createdBy, created, comment, isEmptyLayer }) =>
    JSON.stringify([createdBy, created, comment, isEmptyLayer]),
  );
  return [
    { field: 'created', text: config.created ?? '' },
    { field: 'history', text: history.join('\n') },
  ];
}

function shownText({ field, key, text }: Setting): string {
  if (field === 'history') {
    const count = text.split('\n').length;
    return count === 1 ? '1 entry' : `${count} entries`;
  }
  if (field !== 'env' && field !== 'label') return redactInstruction(text);
  // As an instruction, in which a value reaches to its end.
  const start = `ENV ${key ?? ''}=`;
  const redacted = redactInstruction(`${start}${text}`);
  return redacted.startsWith(start) ? redacted.slice(start.length) : '***';
}

/** The later text, with what tells it from the earlier one where both are shown alike. */
function shownAfter(now: Setting, old: Setting | undefined): string {
  const shown = shownText(now);
  if (old === undefined || shownText(old) !== shown) return shown;
  if (now.field !== 'history') return `${shown} (another value)`;
  const before = new Set(old.text.split('\n'));
  const others = now.text.split('\n').filter((entry) => !before.has(entry));
  return others.length === 0 ? `${shown}, in another order` : `${shown}, ${others.length} of them new`;
}

function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

function listText(words: readonly string[]): string {
  return words.length === 0 ? '' : `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

function checkText(check: Healthcheck): string {
  const seconds = (name: string, nanoseconds: number | undefined): string[] =>
    nanoseconds === undefined ? [] : [`${name} ${nanoseconds / 1e9} s`];
  return [
    listText(check.test),
    ...seconds('every', check.intervalNanoseconds),
    ...seconds('within', check.timeoutNanoseconds),
    ...seconds('after', check.startPeriodNanoseconds),
    ...(check.retries === undefined ? [] : [`${check.retries} retries`]),
  ].join(', ');
}
