import { type ComposeChange, hasKey } from '../compose-change.ts';

/** Publishes the service's port, in a new file only. */
export const ports: ComposeChange = {
  id: 'ports',
  title: 'Publish the port',
  decide({ ports: found, portFault }, view) {
    const [port] = found;
    const isPublished = hasKey(view.effective, 'ports');
    if (!view.isNewFile || port === undefined || isPublished)
      return isPublished && portFault !== undefined ? { leftAlone: portFault } : undefined;
    const value = [{ quoted: `${port}:${port}` }];
    return {
      additions: [{ path: ['services', view.name, 'ports'], value, how: 'set' }],
      because: `the service listens on port ${port}${portFault === undefined ? '' : `; but ${portFault}`}`,
    };
  },
};
