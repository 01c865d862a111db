/** What to do about a Dockerfile that BuildKit refuses; a file in UTF-16, as PowerShell writes by default, would be told line by line. */
export function refusalHint(text: string): string {
  // Bytes FF FE or FE FF, as `decodeLossless` keeps them.
  return /^(?:\udcff\udcfe|\udcfe\udcff)/.test(text)
    ? 'The file is UTF-16: save it as UTF-8.'
    : 'BuildKit refuses this Dockerfile too; correct the line and try again.';
}
