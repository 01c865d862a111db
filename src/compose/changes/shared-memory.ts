import { type ComposeChange, decideNeed, hasKey, valueAt } from '../compose-change.ts';

/** Makes `/dev/shm` large enough for workers that pass tensors through it. */
export const sharedMemory: ComposeChange = {
  id: 'shared-memory',
  title: 'Enlarge the shared memory',
  decide(needs, view) {
    const ipc = valueAt(view.effective, ['ipc']);
    const mounts = view.effective['volumes'];
    // The machine's own shared memory, or that of another container, has a size of its own.
    const isOther =
      (typeof ipc === 'string' && !/^(private|shareable)$/.test(ipc)) ||
      /\/dev\/shm/.test(JSON.stringify([mounts, view.effective['tmpfs']]) ?? '');
    return decideNeed(needs.sharedMemory, isOther || hasKey(view.effective, 'shm_size'), (size) => [
      { path: ['services', view.name, 'shm_size'], value: size, how: 'set' },
    ]);
  },
};
