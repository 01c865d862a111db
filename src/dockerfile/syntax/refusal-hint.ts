import { instructionForms } from './line-arguments.ts';

/**
 * What to do about a Dockerfile that BuildKit refuses, perhaps at an instruction with this keyword. A file in UTF-16, as PowerShell writes by
 * default, would be told line by line.
 */
export function refusalHint(text: string, keyword = ''): string {
  // Bytes FF FE or FE FF, as `decodeLossless` keeps them.
  if (/^(?:\udcff\udcfe|\udcfe\udcff)/.test(text)) return 'The file is UTF-16: save it as UTF-8.';
  const name = /^([a-z]+)\[/i.exec(keyword)?.[1];
  return name !== undefined && Object.hasOwn(instructionForms, name.toLowerCase())
    ? `Write a space between ${name} and its list.`
    : 'BuildKit refuses this Dockerfile too; correct the line and try again.';
}
