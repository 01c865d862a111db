import { posix } from 'node:path';
import type { ProgramSource } from './study.ts';

// etc/supervisor/conf.d/app.conf      app/Procfile      etc/cron.d/app      etc/systemd/system/app.service
const programList =
  /(?:^|\/)supervisord?(?:\.d)?\/(?:.*\/)?[^/]+\.(?:conf|ini)$|(?:^|\/)(?:supervisord[^/]*\.conf|Procfile|(?:GNUm|[Mm])akefile|\.?[Jj]ustfile|crontab)$|^etc\/cron\.d\/|^var\/spool\/cron\/|^etc\/systemd\/system\/.*\.service$/;

/** True for files that are no scripts, and that other programs start programs by. */
export function isProgramList(path: string): boolean {
  return programList.test(path);
}

const shells = /^(?:ba|da|a|z|k)?sh$/;

/**
 * What a script starts: its interpreter, and of a shell script, or a list of programs, every word that may be one. Undefined for other files.
 *
 *     #!/usr/bin/env bash
 *     exec gunicorn -w 4 app:app
 */
export function programSource(path: string, text: string): ProgramSource | undefined {
  const interpreter = interpreterOf(text);
  if (interpreter === undefined && !path.endsWith('.sh') && !isProgramList(path)) return undefined;
  const isShell = interpreter === undefined || interpreter.some((word) => shells.test(posix.basename(word)));
  const programs = new Set<string>();
  if (isShell) {
    for (const line of text.split('\n'))
      for (const word of shellProgramWords(line.replace(/(?:^|\s)#.*$/, ''))) programs.add(ownText(word));
  }
  return { path, ...(interpreter && { interpreter }), programs };
}

function interpreterOf(text: string): readonly string[] | undefined {
  const line = /^#![ \t]*([^\r\n]+)/.exec(text)?.[1];
  return line === undefined ? undefined : line.trim().split(/\s+/).map(ownText);
}

/** Every word that may be a program: what stands in quotes, or behind an option, may be run by `sh -c` or `exec`. */
export function* shellProgramWords(text: string): Generator<string> {
  for (const word of text.split(/[\s;&|()`"'$<>={}:,]+/)) {
    const name = posix.basename(word);
    if (/^\w[\w.+-]{0,63}$/.test(name)) yield name;
  }
}

/** A copy, as a part of a text keeps the whole of it in memory. */
function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
