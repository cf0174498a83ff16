// Proves the autostart's files by the programs that know their formats: systemd's own check, and parsers of property lists and XML.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { autostartPlan } from '../../src/autostart/plan.ts';
import { factsFor, ODD } from '../fixtures/autostart-facts.ts';

const ANALYZE = '/usr/bin/systemd-analyze';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-files-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What systemd says of the units of an installation below `root`; nothing where it has no objection. */
function verify(root: string, options: { hasNotify?: boolean; hasSocket?: boolean } = {}): string {
  const facts = factsFor({ root, ...options });
  for (const path of facts.needs) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  }
  const units = join(dir, 'units');
  mkdirSync(units);
  const files = autostartPlan(facts).files.map(({ path, text }) => {
    const copy = join(units, path.slice(path.lastIndexOf('/') + 1));
    writeFileSync(copy, text);
    return copy;
  });
  const { stdout, stderr, status } = spawnSync(ANALYZE, ['--user', 'verify', '--man=no', ...files], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: dir, XDG_RUNTIME_DIR: dir, SYSTEMD_LOG_LEVEL: 'warning' },
  });
  // Objections to units of others, which the check reads along, are none of ours.
  const own = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('styxy'));
  assert.ok(status === 0 || own.length > 0, stderr);
  return own.join('\n');
}

describe('the systemd units', { skip: existsSync(ANALYZE) ? false : `${ANALYZE} is missing` }, () => {
  it('are in order by systemd-analyze verify', () => {
    assert.equal(verify(join(dir, 'plain')), '');
  });

  it('are in order without a watchdog and a socket', () => {
    assert.equal(verify(join(dir, 'plain'), { hasNotify: false, hasSocket: false }), '');
  });

  it('are in order for paths of which every character means something', () => {
    assert.equal(verify(join(dir, ODD)), '');
  });
});

/** Runs Python with a text on its standard input and returns what it prints as JSON. */
function python<T>(script: string, input: string | Buffer): T {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

const READ_PLIST = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';

/** What launchd.plist(5) says of the keys that are used. */
const PLIST_TYPES: Readonly<Record<string, string>> = {
  Label: 'string',
  ProgramArguments: 'array',
  EnvironmentVariables: 'object',
  RunAtLoad: 'boolean',
  KeepAlive: 'boolean',
  ThrottleInterval: 'number',
  StartInterval: 'number',
  AbandonProcessGroup: 'boolean',
  Umask: 'number',
  WorkingDirectory: 'string',
  StandardOutPath: 'string',
  StandardErrorPath: 'string',
};

describe('the launchd agents', () => {
  for (const root of ['/Users/me', `/Users/${ODD}`]) {
    it(`are property lists that say what was meant: ${root}`, () => {
      const facts = factsFor({ platform: 'darwin', root });
      const [daemon, check] = autostartPlan(facts).files.map(({ text }) =>
        python<Record<string, unknown>>(READ_PLIST, text),
      );
      assert.deepEqual(daemon?.ProgramArguments, facts.daemonWords);
      assert.deepEqual(daemon?.EnvironmentVariables, facts.environment);
      assert.deepEqual(check?.ProgramArguments, facts.checkWords);
      for (const [key, value] of Object.entries({ ...daemon, ...check }))
        assert.equal(Array.isArray(value) ? 'array' : typeof value, PLIST_TYPES[key], key);
    });
  }
});

/**
 * The order of children where the Task Scheduler's schema has a sequence (its types taskType and below); elsewhere any order
 * will do, and each child may come once.
 */
const SEQUENCES: Readonly<Record<string, readonly string[]>> = {
  LogonTrigger: [
    'Enabled',
    'StartBoundary',
    'EndBoundary',
    'Repetition',
    'ExecutionTimeLimit',
    'UserId',
    'Delay',
  ],
  TimeTrigger: ['Enabled', 'StartBoundary', 'EndBoundary', 'Repetition', 'ExecutionTimeLimit', 'RandomDelay'],
  Repetition: ['Interval', 'Duration', 'StopAtDurationEnd'],
};
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  Task: ['RegistrationInfo', 'Triggers', 'Settings', 'Data', 'Principals', 'Actions'],
  RegistrationInfo: [
    'URI',
    'SecurityDescriptor',
    'Source',
    'Date',
    'Author',
    'Version',
    'Description',
    'Documentation',
  ],
  Triggers: ['LogonTrigger', 'TimeTrigger'],
  Principals: ['Principal'],
  Principal: ['UserId', 'LogonType', 'GroupId', 'DisplayName', 'RunLevel'],
  Settings: [
    'AllowStartOnDemand',
    'RestartOnFailure',
    'MultipleInstancesPolicy',
    'DisallowStartIfOnBatteries',
    'StopIfGoingOnBatteries',
    'AllowHardTerminate',
    'StartWhenAvailable',
    'RunOnlyIfNetworkAvailable',
    'WakeToRun',
    'Enabled',
    'Hidden',
    'DeleteExpiredTaskAfter',
    'IdleSettings',
    'ExecutionTimeLimit',
    'Priority',
    'RunOnlyIfIdle',
  ],
  Actions: ['Exec'],
  Exec: ['Command', 'Arguments', 'WorkingDirectory'],
  ...SEQUENCES,
};

/** Every element with the names of its children and its text, without their namespace. */
const READ_XML = `
import json, sys, xml.etree.ElementTree as tree
name = lambda each: each.tag.split('}')[1]
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps([[name(each), [name(child) for child in each], each.text or ''] for each in root.iter()]))
`;

describe('the task of Windows', () => {
  it('keeps to the schema of the Task Scheduler', () => {
    const facts = factsFor({ platform: 'win32', root: `/Users/${ODD}` });
    const [file] = autostartPlan(facts).files;
    const bytes = Buffer.from(`\ufeff${file?.text}`, 'utf16le');
    const elements = python<[string, string[], string][]>(READ_XML, bytes);
    assert.equal(elements[0]?.[0], 'Task');
    for (const [name, children] of elements) {
      if (children.length === 0) continue;
      const allowed = CHILDREN[name] ?? [];
      assert.deepEqual(
        children.filter((child) => !allowed.includes(child)),
        [],
        `children of ${name}`,
      );
      assert.equal(new Set(children).size, children.length, `${name} has a child twice`);
      if (name in SEQUENCES)
        assert.deepEqual(
          children,
          allowed.filter((child) => children.includes(child)),
          `order in ${name}`,
        );
    }
    const description = elements.find(([name]) => name === 'Description')?.[2];
    assert.equal(description, `Styxy, the daemon of ${facts.home.dir}`);
  });
});
