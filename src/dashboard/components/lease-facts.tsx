// Owns the list that says whose a lease is, in a question.

import type { LeaseJson } from '../../api/schemas.ts';
import { branchOf, listenerAt } from '../state.ts';
import { plain, portsOf } from '../words.ts';

export function LeaseFacts({ lease }: { readonly lease: LeaseJson }) {
  const { service_name: name, service_type: type, project_path: path, instance_id: instance, pid } = lease;
  const branch = path === null ? null : branchOf(path);
  const listener = listenerAt.value.get(`${lease.protocol}:${lease.port}`);
  const facts: readonly (readonly [string, string | null])[] = [
    [
      'Port',
      `${portsOf(lease.ports)} (${lease.protocol.toUpperCase()}, ${lease.orphan ? 'orphan' : lease.state})`,
    ],
    ['Service', name === null ? type : `${name} (${type})`],
    ['Project', path],
    ['Branch', branch],
    ['Session', instance],
    ['Holder', pid === null ? null : `process ${pid}`],
    [
      'Listener',
      listener === undefined ? null : `${listener.process ?? 'process'} (pid ${listener.pid ?? 'unknown'})`,
    ],
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) =>
        value === null ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <bdi>{plain(value)}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
