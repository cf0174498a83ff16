import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEventJson } from '../../api/schemas-audit.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../core/audit-events.ts';
import { eventLines } from './audit-lines.ts';

const AT = '2026-11-25T10:00:00.000Z';

function eventOf(event: AuditEvent): AuditEventJson {
  return {
    seq: 1,
    at: AT,
    event,
    actor: { instance_id: null, pid: null, command: 'daemon' },
    reason: null,
    service_type: 'grpc',
    service_name: null,
    port: 12_000,
    last_port: null,
    protocol: null,
    lock_id: null,
    instance_id: null,
    project_path: null,
    lease: null,
  };
}

describe('a line of the audit', () => {
  const columns = new Set<number>();
  for (const event of Object.keys(AUDIT_EVENTS) as AuditEvent[]) {
    it(`calls ${event} as --event wants it`, () => {
      const [line = ''] = eventLines(eventOf(event), Date.parse(AT));
      const [, name] = line.trim().split(/\s+/);
      assert.equal(name, event);
      columns.add(line.indexOf('12000'));
    });
  }

  it('has its port where all others have theirs', () => assert.equal(columns.size, 1));
});
