const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size for people, in decimal units (1 MB = 10⁶ bytes) as registries and `docker images` show it: `8.61 GB`, `895 MB`, `12.3 kB`. */
export function formatBytes(sizeBytes: number): string {
  const sign = sizeBytes < 0 ? '-' : '';
  let value = Math.abs(sizeBytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${sign}${value.toFixed(digits)} ${units[unit]}`;
}

/** A duration for people: `840 ms`, `9.4 s`, `14 min 02 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
