import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { findProject } from '../project/project.ts';
import { makeCheckouts } from './checkouts.ts';
import { DEMO_SERVERS } from './servers.ts';

describe('the checkouts of the demo', () => {
  const never = new AbortController().signal;
  let parent = '';
  beforeEach(() => {
    parent = mkdtempSync(join(realpathSync(tmpdir()), 'styxy-checkouts-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('are one repository and two worktrees, each a project with both servers', async () => {
    const checkouts = await makeCheckouts(parent, DEMO_SERVERS, process.env, never);
    const projects = checkouts.map(({ path }) => findProject(path));
    assert.deepEqual(
      projects.map(({ isLinkedWorktree }) => isLinkedWorktree),
      [false, true, true],
    );
    assert.equal(new Set(projects.map(({ path }) => path)).size, 3);
    for (const { path } of checkouts) {
      for (const { file, source } of DEMO_SERVERS)
        assert.equal(readFileSync(join(path, file), 'utf8'), source);
    }
  });

  it('are made where a surrounding git, its settings and hooks say otherwise', async () => {
    const env = {
      ...process.env,
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
    };
    assert.equal((await makeCheckouts(parent, DEMO_SERVERS, env, never)).length, 3);
  });

  it('cannot be made without git, and say so', async () => {
    await assert.rejects(
      makeCheckouts(parent, DEMO_SERVERS, { PATH: parent }, never),
      (error: unknown) => error instanceof StyxyError && /git is not in the PATH/.test(error.message),
    );
  });
});
