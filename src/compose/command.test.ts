import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ComposeCommand, readComposeCommand } from './command.ts';

const PLAIN: Omit<ComposeCommand, 'at' | 'subcommand'> = {
  files: [],
  projectName: null,
  projectDirectory: null,
  envFiles: [],
  profiles: [],
  services: [],
  isWithoutOthers: false,
  isPublishing: false,
  isDetached: false,
};

describe('a command line of Compose', () => {
  const up = { subcommand: 'up', isPublishing: true };
  const cases: readonly [string, (Partial<ComposeCommand> & { at: number; subcommand: string }) | null][] = [
    ['docker compose up', { at: 2, ...up }],
    ['docker-compose up', { at: 1, ...up }],
    ['/usr/bin/docker compose up', { at: 2, ...up }],
    ['podman compose up', { at: 2, ...up }],
    ['nerdctl compose up', { at: 2, ...up }],
    ['docker --context far -H tcp://x compose up', { at: 6, ...up }],
    ['docker compose -f a.yaml --file b.yaml up', { at: 6, ...up, files: ['a.yaml', 'b.yaml'] }],
    ['docker compose --file=a.yaml -fb.yaml up', { at: 4, ...up, files: ['a.yaml', 'b.yaml'] }],
    ['docker compose -p shop --profile dev up', { at: 6, ...up, projectName: 'shop', profiles: ['dev'] }],
    [
      'docker compose --env-file e --project-directory d --ansi never up',
      { at: 8, ...up, envFiles: ['e'], projectDirectory: 'd' },
    ],
    ['docker compose up -d', { at: 2, ...up, isDetached: true }],
    ['docker compose up -Vd db', { at: 2, ...up, isDetached: true, services: ['db'] }],
    ['docker compose up --detach=false', { at: 2, ...up }],
    ['docker compose up --wait web', { at: 2, ...up, isDetached: true, services: ['web'] }],
    // Its value is no service, nor is the `d` of another option's value.
    ['docker compose up --scale web=2 -t 5 db', { at: 2, ...up, services: ['db'] }],
    ['docker compose up -t5d', { at: 2, ...up }],
    ['docker compose up --no-deps web', { at: 2, ...up, services: ['web'], isWithoutOthers: true }],
    ['docker compose up -- web', { at: 2, ...up, services: ['web'] }],
    ['docker compose create', { at: 2, subcommand: 'create', isPublishing: true, isDetached: true }],
    ['docker compose watch', { at: 2, subcommand: 'watch', isPublishing: true }],
    ['docker compose down', { at: 2, subcommand: 'down' }],
    ['docker compose down --rmi local -v web', { at: 2, subcommand: 'down', services: ['web'] }],
    ['docker compose -f a.yaml logs -f web', { at: 4, subcommand: 'logs', files: ['a.yaml'] }],
    ['docker compose exec web ls -h', { at: 2, subcommand: 'exec' }],
    ['docker compose up --help', null],
    ['docker compose --help', null],
    ['docker compose', null],
    ['docker run compose up', null],
    ['docker up', null],
    ['composer install', null],
    ['', null],
  ];
  for (const [line, expected] of cases) {
    it(line === '' ? 'no words' : line, () => {
      const read = readComposeCommand(line.split(' '));
      assert.deepEqual(read, expected === null ? null : { ...PLAIN, ...expected });
    });
  }

  it('keeps the options that follow an `exec` to itself', () => {
    const read = readComposeCommand(['docker', 'compose', 'exec', 'web', 'sh', '-c', 'x']);
    assert.equal(read?.subcommand, 'exec');
  });
});
