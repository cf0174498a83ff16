import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usageName } from './usage-name.ts';

const cases = [
  [{ container: null, process: 'vite', pid: 7 }, 'vite (pid 7)'],
  [{ container: null, process: null, pid: 7 }, 'a program (pid 7)'],
  [{ container: null, process: 'vite', pid: null }, 'vite'],
  [{ container: null, process: null, pid: null }, 'a program that cannot be named'],
  [{ container: 'web', process: 'docker-proxy', pid: 7 }, 'container web'],
] as const;
for (const [usage, name] of cases) test(`says ${name}`, () => assert.equal(usageName(usage), name));
