import { describe, expect, test } from 'vitest';
import { findGradioLaunches, findWebRoutes, sharedMemorySigns } from './index.ts';

describe('Gradio', () => {
  test.each([
    ['demo.launch()', { port: undefined, host: undefined }, 'the defaults'],
    [
      'demo.queue().launch(server_name="0.0.0.0", server_port=7861)',
      { port: { port: 7861 }, host: '0.0.0.0' },
      'named',
    ],
    [
      'gr.Interface(fn=f).launch(server_port=int(os.environ.get("PORT", 7000)))',
      { port: { port: 7000, variable: 'PORT' }, host: undefined },
      'a variable with a default',
    ],
    ['demo.launch(server_name=HOST)', { port: undefined, host: '*' }, 'a computed host'],
  ])('%s', async (call, expected, _why) => {
    const text = `import os\nimport gradio as gr\n\n${call}\n`;
    expect(await findGradioLaunches([{ path: 'app.py', text }])).toEqual([
      { file: 'app.py', line: 4, ...expected },
    ]);
  });

  test('a launch of something else is none', async () => {
    const text = 'from playwright.sync_api import sync_playwright\n\nplaywright.chromium.launch()\n';
    expect(await findGradioLaunches([{ path: 'app.py', text }])).toEqual([]);
  });
});

test.each([
  ['uvicorn.run(app, port=8080)', [{ port: 8080 }]],
  ['uvicorn.run("m:app", port=int(os.environ.get("PORT", 8080)))', [{ port: 8080, variable: 'PORT' }]],
  ['uvicorn.run(app, port=int(os.getenv("PORT", "81")))', [{ port: 81, variable: 'PORT' }]],
  ['uvicorn.run(app, port=int(os.environ["PORT"]))', []],
  ['uvicorn.run(app, port=settings.port)', []],
  ['asyncio.run(main())', []],
])('%s', async (call, expected) => {
  const { listens } = await findWebRoutes([{ path: 'm.py', text: `${call}\n` }]);
  expect(listens).toEqual(expected.map((one) => ({ ...one, host: '127.0.0.1', file: 'm.py', line: 1 })));
});

describe('shared memory', () => {
  test.each([
    ['loader = DataLoader(data, batch_size=8, num_workers=4)', '1gb', 'workers'],
    ['loader = torch.utils.data.DataLoader(data, num_workers=os.cpu_count())', '1gb', 'as many as there are'],
    ['import torch.multiprocessing as mp', '1gb', 'tensors'],
    ['import ray', '2gb', 'objects'],
    ['from vllm import LLM', '2gb', 'workers'],
    ['dist.init_process_group(backend="nccl")', '1gb', 'buffers'],
    ['loader = DataLoader(data, num_workers=0)', undefined, 'no workers'],
    ['loader = DataLoader(data, batch_size=8)', undefined, 'no workers by default'],
    ['import array  # ray tracing', undefined, 'another word'],
    ['dist.init_process_group(backend="gloo")  # not nccl', undefined, 'sockets'],
  ])('%s', async (text, size, _why) => {
    const found = await sharedMemorySigns([{ path: 'a.py', text: `\n${text}\n` }]);
    expect(found.map((one) => [one.line, one.size])).toEqual(size === undefined ? [] : [[2, size]]);
  });

  test('what needs most comes first', async () => {
    const found = await sharedMemorySigns([
      { path: 'a.py', text: 'import torch.multiprocessing\n' },
      { path: 'b.py', text: 'import ray\n' },
    ]);
    expect(found.map((one) => one.file)).toEqual(['b.py', 'a.py']);
  });
});
