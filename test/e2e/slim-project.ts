import { cpSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { z } from 'zod';
import { digests, docker, imagesOf, leftContexts, plimsoll, projectCopy, scratch } from './run-cli.ts';

const sizes = z.object({ contentBytes: z.number() });
const reportSchema = z.object({
  schema: z.literal('plimsoll.slim/1'),
  comparison: z.object({ total: z.object({ fat: sizes, lean: sizes }) }),
  edits: z.array(z.object({ id: z.string(), state: z.string(), reason: z.string() })),
  verification: z.object({
    verdict: z.string(),
    requests: z.array(z.object({ probe: z.string(), outcome: z.string() })),
  }),
});

/** What a test reads of `plimsoll.slim/1`. */
export interface SlimmedReport {
  readonly comparison: {
    readonly total: Readonly<Record<'fat' | 'lean', { readonly contentBytes: number }>>;
  };
  readonly edits: readonly { readonly id: string; readonly state: string; readonly reason: string }[];
  readonly verification: {
    readonly verdict: string;
    readonly requests: readonly { readonly probe: string; readonly outcome: string }[];
  };
}

/** A project of `projects/` that was slimmed with the lab's engine. */
export interface SlimmedProject {
  /** The copy that was slimmed. */
  readonly folder: string;
  readonly settings: SlimSettings;
  readonly report: SlimmedReport;
  /** Text of the lean Dockerfile. */
  readonly dockerfile: string;
  readonly fat: string;
  readonly lean: string;
}

/** What a project is slimmed with. */
export interface SlimSettings {
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The host that stands in manifests and lock files of the projects where a team would name its own package index. */
const indexHost = 'packages.example.org';

/** A copy of a project in a folder of its own; packages come from the lab's index. */
export function projectFrom(name: string): string {
  const folder = projectCopy(name);
  const host = new URL(inject('lab')?.indexUrl ?? `http://${indexHost}`).host;
  for (const path of globSync('**/{pyproject.toml,*.lock}', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8');
    writeFileSync(join(folder, path), text.replaceAll(indexHost, host));
  }
  return folder;
}

/** Slims a project and holds it to what is asked of every one: exit 0, verdict `same`, smaller, the project as it was, nothing left over. */
export async function slimProject(name: string, settings: SlimSettings = {}): Promise<SlimmedProject> {
  const folder = projectFrom(name);
  const { options = [], env = {} } = settings;
  const before = digests(folder);
  const { code, stdout, stderr } = await plimsoll(['slim', folder, '--json', ...options], { env });
  expect(code, stderr).toBe(0);

  const report: SlimmedReport = reportSchema.parse(JSON.parse(stdout));
  const { verdict, requests } = report.verification;
  expect(verdict, stderr).toBe('same');
  expect(requests.filter(({ outcome }) => !/^same/.test(outcome))).toEqual([]);
  expect(report.edits.filter(({ state }) => state !== 'applied')).toEqual([]);
  const { fat, lean } = report.comparison.total;
  expect(lean.contentBytes).toBeLessThan(fat.contentBytes);
  expect(digests(folder)).toEqual(before);
  expect(leftContexts(folder)).toEqual([]);

  const images = await imagesOf(folder);
  const tagged = (tag: string): string => images.find((image) => image.endsWith(`:${tag}`)) ?? tag;
  const dockerfile = readFileSync(join(folder, '.plimsoll/lean/Dockerfile'), 'utf8');
  return { folder, settings, report, dockerfile, fat: tagged('fat'), lean: tagged('lean') };
}

/** A fresh copy of a slimmed project with the lean files in place of its own. */
export function leanCopy(folder: string): string {
  const lean = join(scratch(), 'lean');
  cpSync(folder, lean, { recursive: true, filter: (path) => path !== join(folder, '.plimsoll') });
  cpSync(join(folder, '.plimsoll/lean'), lean, { recursive: true });
  return lean;
}

/** What `plimsoll slim` would change in a project, as it explains it. */
export async function explain(folder: string, { options = [], env = {} }: SlimSettings): Promise<string> {
  const { code, stdout, stderr } = await plimsoll(['slim', folder, '--explain', ...options], { env });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** What a shell in a fresh container of the image prints, without the end of the last line. */
export async function inContainer(image: string, script: string): Promise<string> {
  return docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', script);
}

const configSchema = z.object({
  User: z.string(),
  WorkingDir: z.string(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: z.unknown().optional(),
  StopSignal: z.string().nullish(),
  Volumes: z.unknown().optional(),
});

/** What an image declares and no edit may change: user, directory, ports, health check, stop signal, volumes. */
export async function declaredBy(image: string): Promise<Readonly<Record<string, unknown>>> {
  return configSchema.parse(
    JSON.parse(await docker('image', 'inspect', '--format', '{{json .Config}}', image)),
  );
}

/** The files below a folder that hold a text, from its start or across the blocks they are read in. */
export function filesWith(folder: string, text: string): string[] {
  const paths = globSync('**', { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());
  return paths.filter((path) => readFileSync(join(folder, path)).includes(text));
}
