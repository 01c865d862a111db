import { type ComposeChange, decideNeed, hasKey, valueAt } from '../compose-change.ts';

/** Reserves GPUs for a service that uses them. */
export const gpus: ComposeChange = {
  id: 'gpus',
  title: 'Reserve the GPU',
  decide(needs, view) {
    const { effective } = view;
    const reservations = valueAt(effective, ['deploy', 'resources', 'reservations']);
    const devices = effective['devices'];
    const isThere =
      hasKey(effective, 'gpus') ||
      hasKey(reservations, 'devices') ||
      effective['runtime'] === 'nvidia' ||
      (Array.isArray(devices) && devices.some((one) => /nvidia|\/dev\/(kfd|dri)/.test(JSON.stringify(one))));
    return decideNeed(needs.gpus, isThere, (count) => [
      {
        path: ['services', view.name, 'deploy', 'resources', 'reservations', 'devices'],
        value: [{ driver: 'nvidia', count, capabilities: { flow: ['gpu'] } }],
        how: 'set',
      },
    ]);
  },
};
