// Proves the audit on the built program: what commands did is told with who and why, followed, counted, and survives a kill.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer } from '../../src/api/schemas.ts';
import type { AuditAnswer, AuditEventJson, AuditStatsAnswer } from '../../src/api/schemas-audit.ts';
import { openPlace, type Place, PROGRAM } from './cli-harness.ts';
import { type Answer, type Headers, startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

const [first, last] = freeRange('auditing', 40);
const config = { service_types: { probe: { range: [first, last] } } };

/** Asks until the answer is the one that is waited for; the runner's timeout ends what never comes. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let asked = 0; asked < 400; asked++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} never came`);
}

describe('the audit over HTTP', () => {
  let daemon: TestDaemon;
  before(async () => {
    daemon = await startDaemon({ config, isBuilt: true });
  });
  after(() => daemon.stop());

  const audit = async (query = ''): Promise<AuditAnswer> => {
    const answer = await daemon.request<AuditAnswer>('GET', `/audit${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const allocate = (name: string, fields: object = {}, headers: Headers = {}) =>
    daemon.request<AllocateAnswer>(
      'POST',
      '/allocate',
      { service_type: 'probe', service_name: name, project_path: '/tmp/audit', ...fields },
      headers,
    );
  const here = async (lockId: unknown): Promise<AuditEventJson[]> =>
    (await audit('?limit=1000')).events.filter(({ lock_id }) => lock_id === lockId);

  it('tells a grant, a renewal and a release with who asked', async () => {
    const agent = { 'user-agent': 'styxy/1.0.0 (run; pid 4121; instance agent-7)' };
    const { body: lease } = await allocate('web', { instance_id: 'agent-9' }, agent);
    await daemon.request('PUT', `/allocate/${lease.lock_id}/heartbeat`, {}, { 'user-agent': 'curl/8.5.0 x' });
    await daemon.request('DELETE', `/allocate/${lease.lock_id}?project_path=/tmp/audit`);
    const events = await here(lease.lock_id);
    assert.deepEqual(
      events.map(({ event, reason, actor }) => [event, reason, actor]),
      [
        ['granted', null, { instance_id: 'agent-9', pid: 4121, command: 'styxy run' }],
        ['renewed', null, { instance_id: null, pid: null, command: 'curl/8.5.0' }],
        ['released', 'released', { instance_id: null, pid: null, command: null }],
      ],
    );
    assert.equal(events[0]?.lease?.fence, lease.fence);
    assert.equal(events[0]?.port, lease.port);
  });

  it('filters, pages and counts', async () => {
    const { body: lease } = await allocate('block', { count: 3 });
    const middle = Number(lease.port) + 1;
    const byPort = await audit(`?port=${middle}&event=granted`);
    assert.ok(byPort.events.some(({ lock_id }) => lock_id === lease.lock_id));
    assert.ok(byPort.events.every(({ event }) => event === 'granted'));
    const all = await audit('?limit=1000');
    let cursor = '0';
    const paged: AuditEventJson[] = [];
    for (let hasMore = true; hasMore; ) {
      const page = await audit(`?limit=2&cursor=${cursor}`);
      paged.push(...page.events);
      ({ has_more: hasMore, next_cursor: cursor } = page);
    }
    assert.deepEqual(paged, all.events);
    assert.equal(cursor, all.next_cursor);
    assert.deepEqual(
      all.events.map(({ seq }) => seq),
      all.events.map((_, index) => index + 1),
      'numbers have no gap',
    );
    assert.deepEqual((await audit('?service_type=nope')).events, []);
    assert.deepEqual((await audit('?until=2020-01-01')).events, []);
    assert.equal((await audit('?since=2020-01-01T00:00:00Z&limit=1000')).count, all.count);
    const { body: stats } = await daemon.request<AuditStatsAnswer>('GET', '/audit/stats');
    assert.equal(stats.total, all.count);
    assert.equal(stats.by_event.granted, all.events.filter(({ event }) => event === 'granted').length);
    assert.equal(
      Object.values(stats.by_day).reduce((sum, count) => sum + count, 0),
      all.count,
    );
  });

  it('records nothing of what is refused', async () => {
    await allocate('here');
    const before = (await audit()).next_cursor;
    const refused: Answer[] = [
      await allocate('bad name'),
      await allocate('other', { exact: true, preferred_port: daemon.port }),
      await daemon.request('DELETE', '/allocate/lk_unknown'),
      await daemon.request('PUT', '/instance/nobody/heartbeat', {}),
    ];
    for (const { status, text } of refused) assert.ok(status >= 400, text);
    assert.equal((await audit()).next_cursor, before);
  });

  it('refuses what makes no sense, and needs the token over TCP', async () => {
    const wrong = [
      'event=x',
      'port=0',
      'port=x',
      'since=yesterday',
      'since=2026-13-01',
      'since=2026-02-31',
      'limit=0',
      'limit=1001',
    ];
    for (const query of [...wrong, 'cursor=-1', 'cursor=x', 'what=1', 'service_type=A'])
      assert.equal((await daemon.request('GET', `/audit?${query}`)).status, 400, query);
    assert.equal((await daemon.request('GET', '/audit/stats?event=granted')).status, 400);
    assert.equal((await daemon.request('POST', '/audit', {})).status, 405);
    assert.equal((await daemon.tcp('GET', '/audit')).status, 200);
    assert.equal((await daemon.tcp('GET', '/audit', undefined, { authorization: undefined })).status, 401);
  });

  it('tells a conflict, a new range and another configuration', async () => {
    writeFileSync(
      daemon.home.config,
      JSON.stringify({ ...config, terms: { lease_ttl_seconds: 7 }, audit: { max_events: 1000 } }),
    );
    let changed: AuditEventJson | undefined;
    await until('the event of the configuration', async () => {
      const { events } = await audit('?event=config_changed');
      changed = events.at(-1);
      return changed !== undefined;
    });
    assert.equal(changed?.reason, 'terms.lease_ttl_seconds, audit.max_events');
    await daemon.request('PUT', '/config/auto-allocation', { enabled: false }, { 'user-agent': 'curl/8' });
    const { events } = await audit('?event=config_changed');
    assert.deepEqual(
      [events.at(-1)?.reason, events.at(-1)?.actor.command],
      ['auto_allocation.enabled', 'curl/8'],
    );
  });

  it('has each acknowledged grant after a kill, and goes on with its numbers', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `kill-${index}`);
    const granted = await Promise.all(names.map((name) => allocate(name)));
    await daemon.kill9();
    await daemon.restart();
    const { body } = await daemon.request<AllocationsAnswer>('GET', '/allocations');
    const { events, next_cursor: end } = await audit('?limit=1000');
    const live = new Set<string | null>();
    for (const { event, lock_id: lockId, lease } of events) {
      if (lease !== null) live.add(lockId);
      else if (['released', 'expired', 'reclaimed'].includes(event)) live.delete(lockId);
    }
    assert.deepEqual([...live].sort(), body.allocations.map(({ lock_id }) => lock_id).sort());
    for (const { body: lease } of granted) assert.ok(live.has(lease.lock_id));
    await daemon.request('DELETE', `/allocate/${granted[0]?.body.lock_id}?project_path=/tmp/audit`);
    const next = await audit(`?cursor=${end}`);
    assert.deepEqual(
      next.events.map(({ seq, event }) => [seq, event]),
      [[Number(end) + 1, 'released']],
    );
  });
});

describe('styxy audit', () => {
  let place: Place;
  let child: ChildProcess | null = null;
  before(() => {
    place = openPlace();
    place.directory('home');
    writeFileSync(`${place.home}/config.json`, JSON.stringify(config), { mode: 0o600 });
  });
  after(async () => {
    child?.kill();
    await place.close();
  });

  it('shows what happened in sentences, and as one document a line', async () => {
    const allocated = await place.styxy(['allocate', '-s', 'probe', '-n', 'web', '-q']);
    assert.equal(allocated.status, 0, allocated.stderr);
    const port = allocated.stdout.trim();
    await place.styxy(['release', '--port', port], { env: { STYXY_INSTANCE: 'agent-3' } });
    const shown = await place.styxy(['audit', '--port', port]);
    assert.match(shown.stdout, /granted +\d+ +web \(probe\) of .*; by styxy allocate \(pid \d+\)\n/);
    assert.match(shown.stdout, /released .*by styxy release \(pid \d+, instance agent-3\)\n/);
    const json = await place.styxy(['audit', '--event', 'granted', '--json']);
    const documents = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEventJson);
    assert.deepEqual(
      documents.map(({ event, port }) => [event, port]),
      [['granted', Number(port)]],
    );
    const none = await place.styxy(['audit', 'list', '-s', 'nope', '--since', '1h', '--json']);
    assert.deepEqual([none.status, none.stdout], [0, '']);
  });

  it('counts', async () => {
    const { stdout } = await place.styxy(['audit', 'stats', '--json']);
    assert.equal((JSON.parse(stdout) as AuditStatsAnswer).by_event.granted, 1);
    assert.match((await place.styxy(['audit', 'stats'])).stdout, /1 {2}granted\n/);
  });

  it('says which events there are, and how a moment is written', async () => {
    const event = await place.styxy(['audit', '--event', 'grant']);
    assert.equal(event.status, 2);
    assert.match(event.stderr, /granted, renewed/);
    const since = await place.styxy(['audit', '--since', 'yesterday']);
    assert.equal(since.status, 2);
    assert.match(since.stderr, /how long ago/);
    const word = await place.styxy(['audit', 'liss']);
    assert.match(word.stderr, /styxy audit list/);
  });

  it('follows, also across a restart of the daemon, and starts none', async () => {
    const following = spawn(process.execPath, [PROGRAM, 'audit', '--follow', '--limit', '1', '--json'], {
      cwd: place.dir,
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = following;
    let [out, err] = ['', ''];
    following.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    following.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    await until('the first event', () => out.includes('\n'));
    await place.styxy(['daemon', 'stop']);
    await until('the loss', () => err.includes('waiting for the next one'));
    assert.equal((await place.styxy(['daemon', 'status'])).status, 3, 'nobody started a daemon');
    await place.styxy(['allocate', '-s', 'probe', '-n', 'later', '-q']);
    await until('the event after the restart', () => out.includes('"later"'));
    const seqs = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditEventJson).seq);
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].sort((a, b) => a - b),
    );
  });
});
