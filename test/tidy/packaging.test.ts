// Owns the state of what is run elsewhere: workflows, the image's recipe and the feature for dev containers.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT, read, repositoryFiles } from './tree.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly os: readonly string[] } };
  readonly container?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: {
    readonly push: { readonly tags?: readonly string[]; readonly branches?: readonly string[] };
  };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const manifest: {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: { readonly node: string };
} = JSON.parse(read('package.json'));

const WORKFLOWS = '.github/workflows/';
const workflows = repositoryFiles()
  .filter((path) => path.startsWith(WORKFLOWS))
  .map((path) => ({ path, text: read(path), workflow: parse(read(path)) as Workflow }));
const commandsOf = (workflow: Workflow): string[] =>
  Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

/** The commands of the README's chapter on the installation. */
function installCommands(): string[] {
  const [, block = ''] = /^## Install\n[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(read('README.md')) ?? [];
  return block.trim().split('\n');
}

describe('workflows', () => {
  it('are two', () => {
    assert.deepEqual(
      workflows.map(({ path }) => path.slice(WORKFLOWS.length)),
      ['ci.yml', 'release.yml'],
    );
  });

  for (const { path, text, workflow } of workflows) {
    it(`${path} takes every action by its commit, and says which version that is`, () => {
      const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
      assert.ok(used.length > 0);
      assert.deepEqual(
        used.filter((action) => !/^actions\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
        [],
      );
    });

    it(`${path} may read, and no job runs for ever`, () => {
      assert.deepEqual(workflow.permissions, { contents: 'read' });
      for (const [name, job] of Object.entries(workflow.jobs))
        assert.ok(job['timeout-minutes'] > 0 && job['timeout-minutes'] <= 90, name);
    });

    it(`${path} runs scripts and files that there are, and nothing that others wrote`, () => {
      for (const command of commandsOf(workflow)) {
        for (const [, script = ''] of command.matchAll(/npm run ([\w:-]+)/g))
          assert.ok(script in manifest.scripts, script);
        for (const [, file = ''] of command.matchAll(/(?:^|\s)(?:node )?((?:scripts|\.ci)\/[\w./-]+)/g))
          assert.ok(existsSync(join(ROOT, file)), file);
        // An expression would be put into the command as it is.
        assert.doesNotMatch(command, /\$\{\{/);
      }
    });
  }

  it('try the program on three systems', () => {
    for (const { path, workflow } of workflows) {
      const systems = Object.values(workflow.jobs).flatMap(({ strategy }) => strategy?.matrix.os ?? []);
      assert.deepEqual(
        systems.map((system) => system.replace(/-.*/, '')),
        ['ubuntu', 'macos', 'windows'],
        path,
      );
    }
  });

  it('release what they tried, by the commands of the README, and only a tag that is the version', () => {
    const { workflow } = workflows.find(({ path }) => path.endsWith('release.yml')) ?? assert.fail();
    const { pack, try: tried, publish } = workflow.jobs;
    assert.ok(pack !== undefined && tried !== undefined && publish !== undefined);
    const commands = commandsOf(workflow);
    assert.deepEqual(
      installCommands().filter((command) => !commands.includes(command)),
      [],
    );
    assert.ok(
      commands.includes('.ci/run') && commands.some((command) => command.includes('GITHUB_REF_NAME" = "v')),
    );
    assert.deepEqual([tried.needs, publish.needs], ['pack', ['pack', 'try']]);
    const [, ...rest] = commands.filter((command) => /npm (?:pack|run build)|npm ci/.test(command));
    assert.deepEqual(rest, [], 'packed once');
    assert.deepEqual(publish.permissions, { contents: 'write', 'id-token': 'write' });
    const mayWrite = [pack, tried].filter(({ permissions }) => permissions !== undefined);
    assert.deepEqual(mayWrite, []);
  });
});

describe('the image', () => {
  const recipe = read('containers/Dockerfile');

  it('and the workflows have the Node that the project is developed on', () => {
    const images = [recipe, ...workflows.map(({ text }) => text)].flatMap((text) =>
      [...text.matchAll(/node:(\d+\.\d+\.\d+)-/g)].map(([, version]) => version),
    );
    assert.deepEqual([...new Set(images)], [manifest.devDependencies.node]);
  });

  it('is built of files that there are, and runs as no root', () => {
    const kept = read('containers/Dockerfile.dockerignore').trim().split('\n');
    assert.equal(kept[0], '*');
    for (const line of kept.slice(1)) assert.ok(existsSync(join(ROOT, line.slice(1))), line);
    assert.match(recipe, /^USER \d+:\d+$/m);
    assert.match(recipe, /^ENV STYXY_HOME=\/var\/lib\/styxy STYXY_AUTOSTART=0$/m);
  });
});

describe('the feature for dev containers', () => {
  const FOLDER = 'containers/features/styxy';
  type Option = { readonly type: string; readonly default: unknown; readonly description?: string };
  const feature: {
    readonly id: string;
    readonly version: string;
    readonly options: Readonly<Record<string, Option>>;
    readonly containerEnv: Readonly<Record<string, string>>;
    readonly mounts: readonly string[];
    readonly documentationURL: string;
  } = JSON.parse(read(`${FOLDER}/devcontainer-feature.json`));
  /** The properties of the specification, https://containers.dev/implementors/features/. */
  const KNOWN =
    'id version name description documentationURL licenseURL keywords options containerEnv privileged init capAdd securityOpt entrypoint customizations dependsOn installsAfter legacyIds deprecated mounts onCreateCommand updateContentCommand postCreateCommand postStartCommand postAttachCommand';

  it('says what the specification knows', () => {
    assert.deepEqual(
      Object.keys(feature).filter((name) => !KNOWN.split(' ').includes(name)),
      [],
    );
    assert.equal(feature.id, FOLDER.split('/').at(-1));
    for (const { type, default: value } of Object.values(feature.options)) assert.equal(typeof value, type);
  });

  it('is of the version of the package, and its page is there', () => {
    assert.equal(feature.version, manifest.version);
    assert.ok(existsSync(join(ROOT, feature.documentationURL.replace(/^.*\/blob\/main\//, ''))));
  });

  it('mounts the home where the program looks for it, to be read alone, and starts no daemon', () => {
    const { STYXY_HOME: home, STYXY_AUTOSTART: autostart } = feature.containerEnv;
    assert.equal(autostart, '0');
    assert.deepEqual(feature.mounts, [`source=\${localEnv:HOME}/.styxy,target=${home},type=bind,readonly`]);
  });

  it('has an installer that every shell reads', () => {
    const path = join(ROOT, FOLDER, 'install.sh');
    assert.equal(statSync(path).mode & 0o111, 0o111);
    const { status, stderr } = spawnSync('sh', ['-n', path], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    assert.doesNotMatch(read(`${FOLDER}/install.sh`), /\[\[|\blocal\b|<<<|pipefail/);
  });
});
