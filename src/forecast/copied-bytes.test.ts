import { expect, it } from 'vitest';
import { parseDockerfile, resolveDockerfile } from '../dockerfile/index.ts';
import { describeDockerfileForForecast } from './index.ts';

const sentFiles = [
  { path: 'requirements.txt', sizeBytes: 1 },
  { path: 'app/main.py', sizeBytes: 10 },
  { path: 'app/deep/data.bin', sizeBytes: 100 },
  { path: 'models/a.bin', sizeBytes: 1000 },
  { path: 'models/b.txt', sizeBytes: 10_000 },
];

it.each([
  ['COPY . .', 11_111, 'the whole context'],
  ['COPY ./ /srv/', 11_111, 'by another spelling'],
  ['COPY app /app/app', 110, 'a folder'],
  ['COPY --chown=app:app app/ requirements.txt ./', 111, 'several sources'],
  ['COPY requirements.txt .\nCOPY . .', 11_112, 'what is copied twice is stored twice'],
  ['COPY models/*.bin /models/', 1000, 'a pattern of files'],
  ['COPY mod* /models/', 11_000, 'a pattern of folders'],
  ['ADD app/main.py /', 10, 'ADD'],
  ['COPY --from=other /x /y', 0, 'nothing of another image'],
  ['COPY nothing /x', 0, 'nothing that is not sent'],
  ['COPY app /app\nRUN chown -R app:app /app', 220, 'a chown stores all of it once more'],
  [
    'COPY app .\nCOPY models /models\nRUN useradd a && chmod -Rv a+r .',
    11_220,
    'of what lies below it alone',
  ],
  ['RUN chown -R app /app\nCOPY app /app', 110, 'but not what comes later'],
  ['COPY app /app\nRUN chown app /app', 110, 'nor what lies deeper without -R'],
])('%j brings %d bytes: %s', async (lines, bytes) => {
  const model = resolveDockerfile(parseDockerfile(`FROM python:3.12\nWORKDIR /app\n${lines}\n`));
  const described = await describeDockerfileForForecast(model, {
    readText: async () => undefined,
    sentFiles,
  });
  expect(described.contextBytes).toBe(bytes);
});
