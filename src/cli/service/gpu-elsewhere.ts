import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { NamedService } from './service-start.ts';

/**
 * Where the owner of a compose file gives a service its GPU on demand, as a sentence: a second file (`docker-compose.gpu.yml`, for
 * `docker compose -f … -f …`), or lines of the service that are comments. The service itself is then meant to run without.
 */
export async function gpuElsewhere({ service, file }: NamedService): Promise<string | undefined> {
  const line = commentedLine(await readFile(file, 'utf8').catch(() => ''), service.name);
  if (line !== undefined)
    return `line ${line} has it as a comment, so it is switched off; --target gpu reserves it`;
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const others = names.filter(
    (name) => name !== basename(file) && /compose.*(gpu|cuda|nvidia).*\.ya?ml$/i.test(name),
  );
  for (const name of others.sort()) {
    if (asksForGpu(await readFile(join(folder, name), 'utf8').catch(() => ''), service.name))
      return `${name} gives it the GPU where there is one`;
  }
  return undefined;
}

const request = /\bgpus:|runtime:\s*nvidia|capabilities:.*\bgpu\b|-\s*gpu\b|nvidia\.com\/gpu/;

function commentedLine(text: string, service: string): number | undefined {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^ +(["']?)([\w.-]+)\1 ?:/.exec(line)?.[2] === service);
  if (start === -1) return undefined;
  const column = /^ */.exec(lines[start] ?? '')?.[0].length ?? 0;
  for (const [at, line] of lines.entries()) {
    if (at <= start) continue;
    // Comments of the service stand deeper than its name.
    const depth = line.search(/\S/);
    if (depth !== -1 && depth <= column) return undefined;
    if (/^\s*#/.test(line) && request.test(line)) return at + 1;
  }
  return undefined;
}

function asksForGpu(text: string, service: string): boolean {
  try {
    const root: unknown = parse(text, { merge: true, logLevel: 'silent' });
    const services =
      typeof root === 'object' && root !== null && 'services' in root ? root.services : undefined;
    // A map by name, or something that has no such name.
    const found = (services as Readonly<Record<string, unknown>> | undefined | null)?.[service];
    return /"gpus":|"nvidia"|"gpu"|nvidia\.com\/gpu/.test(JSON.stringify(found) ?? '');
  } catch {
    // No compose file: it gives nothing.
    return false;
  }
}
