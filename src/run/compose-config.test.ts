import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askConfig } from './compose-config.ts';

let place = '';
before(() => {
  place = mkdtempSync(join(tmpdir(), 'styxy-config-'));
});
after(() => rmSync(place, { recursive: true, force: true }));

/** Asks a program whose `config` is this script of a shell. */
async function asked(script: string, services: readonly string[] = []) {
  const program = join(place, 'compose');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return await askConfig({ words: [program], services, directory: place, env: process.env });
}

describe('what Compose says of a project', { skip: process.platform === 'win32' }, () => {
  it('is its JSON', async () => {
    const { model } = await asked(`echo '{"services": {"'$*'": {"image": "nginx"}}}'`, ['db']);
    assert.deepEqual(model?.services, [
      { name: 'config --format json db', image: 'nginx', containerName: null, ports: [] },
    ]);
  });

  for (const [what, script] of [
    ['refuses any other form', 'echo "unknown flag" >&2; exit 1'],
    ['prints its help for any other form', 'echo "Usage: config [options]"; exit 0'],
  ]) {
    it(`is its YAML where it ${what}`, async () => {
      const { model } = await asked(
        `test "$2" = --format && { ${script}; }; printf "services:\\n  web: {ports: [\\"80:80\\"]}\\n"`,
      );
      assert.equal(model?.services[0]?.ports[0]?.kind, 'published');
    });
  }

  const failures: readonly [what: string, script: string, why: RegExp][] = [
    [
      'its own words',
      'echo \'time="x" level=warning msg="y"\' >&2; echo WARN z >&2; echo "no configuration file" >&2; exit 14',
      /^no configuration file$/,
    ],
    ['its status', 'exit 3', /Command failed/],
    ['that it says nothing', 'true', /prints no services/],
    ['that it says something else', 'echo "{"', /prints no services/],
  ];
  for (const [what, script, why] of failures) {
    it(`is nothing, for which the reason is ${what}`, async () => {
      const answer = await asked(script);
      assert.equal(answer.model, null);
      assert.match('why' in answer ? answer.why : '', why);
    });
  }

  it('is nothing where there is none', async () => {
    const question = { words: ['no-such-compose'], services: [], directory: place, env: process.env };
    assert.deepEqual(await askConfig(question), { model: null, why: 'there is no no-such-compose here' });
  });

  it('is not asked at a terminal', async () => {
    const { model } = await asked('read answer && exit 1; echo "{\\"services\\": {\\"a\\": {}}}"');
    assert.equal(model?.services.length, 1);
  });
});
