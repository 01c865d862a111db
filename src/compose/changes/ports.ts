import { type ComposeChange, hasKey } from '../compose-change.ts';

/** Publishes the service's port, in a new file only. */
export const ports: ComposeChange = {
  id: 'ports',
  title: 'Publish the port',
  decide({ ports: found }, view) {
    const [port] = found;
    if (!view.isNewFile || port === undefined || hasKey(view.effective, 'ports')) return undefined;
    const value = [{ quoted: `${port}:${port}` }];
    return {
      additions: [{ path: ['services', view.name, 'ports'], value, how: 'set' }],
      because: `the service listens on port ${port}`,
    };
  },
};
