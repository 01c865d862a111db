import type { DockerfileModel } from '../../dockerfile/index.ts';

/** Which path the HEALTHCHECK of the image asks of the container itself: `/health` for `curl -f http://localhost:8000/health || exit 1`. */
export function healthCheckPath(model: DockerfileModel): string | undefined {
  const checks = (model.stages[model.target]?.instructions ?? []).filter(
    ({ syntax }) => syntax.keyword === 'healthcheck',
  );
  return pathOfCheck(checks.at(-1)?.syntax.value ?? '');
}

/** Which path of the container itself a command asks: the text of a HEALTHCHECK, or its words in a row. */
export function pathOfCheck(text: string): string | undefined {
  // Another method than GET would ask for something else.
  if (/\s(-X|--request|-d|--data\S*|--post-\S+)[\s"',=]/.test(text)) return undefined;
  const address =
    /(?:https?:\/\/|[\s"'])(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?::(?:\d+|\$\{[^}]*\}|\$\w+))?(\/[^\s"'|;)\\]*)/;
  const path = address.exec(text)?.[1];
  return path === undefined || path.includes('$') ? undefined : path;
}
