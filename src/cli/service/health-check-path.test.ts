import { expect, test } from 'vitest';
import { parseDockerfile, resolveDockerfile } from '../../dockerfile/index.ts';
import { healthCheckPath } from './health-check-path.ts';

test.each([
  ['CMD curl --fail http://localhost:8501/_stcore/health', '/_stcore/health', 'the path of Streamlit'],
  [
    '--interval=5s CMD curl -f "http://127.0.0.1:8080/up?full=1" || exit 1',
    '/up?full=1',
    'options, quotes, a query',
  ],
  ['CMD ["wget", "-q", "--spider", "http://0.0.0.0/live"]', '/live', 'the form that is JSON, no port'],
  [
    'CMD python -c "import urllib.request as u; u.urlopen(\'http://[::1]:8080/ready\')"',
    '/ready',
    'another client',
  ],
  ['CMD curl -f http://localhost:${PORT:-8080}/live', '/live', 'the port may be a variable'],
  ['CMD curl -f localhost:8080/live', '/live', 'curl needs no scheme'],
  ['CMD curl -f http://localhost:8080', undefined, 'a bare address names no path'],
  ['CMD curl -f http://localhost:8080/$CHECK', undefined, 'the path may be no variable'],
  ['CMD curl -f http://other.example.org/health', undefined, 'the health of another service'],
  ['CMD curl -f -X POST http://localhost:8080/check', undefined, 'a request that is no GET'],
  ['CMD pg_isready', undefined, 'no request at all'],
  ['NONE', undefined, 'no check'],
])('HEALTHCHECK %s: %s, %s', (check, path, _why) => {
  const text = `FROM python:3.11\nHEALTHCHECK CMD curl http://localhost/old\nHEALTHCHECK ${check}\n`;
  expect(healthCheckPath(resolveDockerfile(parseDockerfile(text)))).toBe(path);
});
