import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Outcome, openPlace, type Place, runProgram } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

let place: Place;
let shop = '';
let port = '';
before(async () => {
  place = openPlace();
  mkdirSync(place.home, { mode: 0o700 });
  const config = { service_types: { dev: { range: freeRange('embedding', 20), preferred_ports: [] } } };
  writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  shop = place.directory('shop');
  git('init', '--quiet');
  writeFileSync(join(shop, '.gitignore'), '.env.local\n');
  writeFileSync(join(shop, '.env'), 'TRACKED=1\n');
  git('add', '.');
  port = (await styxy('allocate', '-s', 'dev', '-n', '@acme/web', '-q')).stdout.trim();
});
after(() => place.close());

function git(...words: readonly string[]): void {
  execFileSync('git', ['-C', shop, ...words]);
}

function styxy(...args: readonly string[]): Promise<Outcome> {
  return place.styxy(args, { cwd: shop });
}

async function dotenv(file: string): Promise<Outcome & { code?: string }> {
  const outcome = await styxy('env', '--dotenv', file, '--json');
  const { code } = JSON.parse(outcome.stdout);
  return { ...outcome, ...(code === undefined ? {} : { code }) };
}

describe('styxy env', () => {
  it('gives a shell the same variables that a command of styxy run gets', async () => {
    const names = ['STYXY_PORT__ACME_WEB', 'STYXY_URL__ACME_WEB', 'STYXY_SLUG'];
    const printed = names.map((name) => `"$${name}"`).join(' ');
    const shell = await runProgram(
      'sh',
      ['-c', `${(await styxy('env', '--shell', 'sh')).stdout}\necho ${printed}`],
      {
        cwd: shop,
        env: place.env,
      },
    );
    const run = await styxy('run', '-n', 'job', '--', 'sh', '-c', `echo ${printed}`);
    assert.equal(shell.stdout, run.stdout);
    const [inShell, url, slug] = shell.stdout.trim().split(' ');
    assert.equal(inShell, port);
    assert.match(url ?? '', new RegExp(`^http://.*localhost:${port}$`));
    assert.match(slug ?? '', /^shop_[0-9a-f]{8}$/);
    // An orchestrator is told of it, too.
    const orchestrator = await styxy('run', '--', 'sh', '-c', 'echo "$STYXY_SLUG"');
    assert.equal(orchestrator.stdout.trim(), slug);
  });

  it('prints one document with --json', async () => {
    const { stdout } = await styxy('env', '--json');
    const { project_path: path, variables } = JSON.parse(stdout);
    assert.deepEqual([path, variables.STYXY_PORT__ACME_WEB], [shop, port]);
  });

  it('refuses a shell that it does not know, and two ways at once', async () => {
    const unknown = await styxy('env', '--shell', 'perl');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /sh, fish, powershell/);
    assert.equal((await styxy('env', '--shell', 'sh', '--dotenv', '.env.local')).status, 2);
  });
});

describe('styxy env --dotenv', () => {
  it('writes a block, follows the leases, and leaves every other byte and the mode as they are', async () => {
    const path = join(shop, '.env.local');
    const own = Buffer.from([
      ...Buffer.from('SECRET="ä'),
      0xff,
      0xfe,
      ...Buffer.from('"\r\n# mine\r\nLAST=1'),
    ]);
    writeFileSync(path, own, { mode: 0o600 });
    const first = await styxy('env', '--dotenv', '.env.local');
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /\.env\.local: 3 variables written\./);
    assert.equal(first.stderr, '');
    const written = readFileSync(path);
    assert.ok(written.subarray(0, own.length).equals(own));
    assert.match(written.toString('latin1'), new RegExp(`\\r\\nSTYXY_PORT__ACME_WEB=${port}\\r\\n`));
    assert.equal(statSync(path).mode & 0o777, 0o600);

    assert.match((await styxy('env', '--dotenv', '.env.local')).stdout, /has these 3 variables already/);
    await styxy('allocate', '-s', 'dev', '-n', 'api');
    await styxy('env', '--dotenv', '.env.local');
    const later = readFileSync(path);
    assert.ok(later.subarray(0, own.length).equals(own));
    assert.match(later.toString('latin1'), /STYXY_PORT_API=\d+/);
  });

  it('refuses a file that git tracks, also behind a link and when it is not there', async () => {
    const refused = await styxy('env', '--dotenv', '.env');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Git tracks .*\.env[\s\S]*`styxy env --dotenv \.env\.local`/);
    symlinkSync('.env', join(shop, 'link'));
    assert.equal((await dotenv('link')).code, 'FILE_NOT_OURS');
    assert.equal(readFileSync(join(shop, '.env'), 'utf8'), 'TRACKED=1\n');
    assert.ok(lstatSync(join(shop, 'link')).isSymbolicLink());
    writeFileSync(join(shop, 'gone'), '');
    git('add', 'gone');
    execFileSync('rm', [join(shop, 'gone')]);
    assert.equal((await dotenv('gone')).code, 'FILE_NOT_OURS');
  });

  it('is not led astray by the environment of a hook of git’s', async () => {
    const env = { GIT_DIR: join(place.dir, 'nowhere'), GIT_INDEX_FILE: join(place.dir, 'none') };
    const outcome = await place.styxy(['env', '--dotenv', '.env'], { cwd: shop, env });
    assert.match(outcome.stderr, /Git tracks/);
  });

  it('says when git would take the file up, and works where there is no git', async () => {
    const { stderr, stdout } = await styxy('env', '--dotenv', 'new.env');
    assert.match(stdout, /variables written/);
    assert.match(stderr, /^Git does not ignore it/);
    const plain = place.directory('plain');
    const outside = await place.styxy(['env', '--dotenv', join(plain, '.env'), '--json'], { cwd: plain });
    const { variables, file } = JSON.parse(outside.stdout);
    assert.deepEqual(Object.keys(variables), ['STYXY_SLUG']);
    assert.deepEqual(file, { path: join(plain, '.env'), changed: true, ignored_by_git: null });
  });

  it('touches nothing that is no text, no file, or that was taken apart', async () => {
    writeFileSync(join(shop, 'binary'), 'A\0B');
    writeFileSync(join(shop, 'apart'), '# >>> styxy: old >>>\nA=1\n');
    for (const file of ['binary', 'apart', '.git'])
      assert.equal((await dotenv(file)).code, 'FILE_NOT_OURS', file);
    assert.equal((await dotenv(join('gone', '.env'))).code, 'INVALID_REQUEST');
    assert.equal(readFileSync(join(shop, 'apart'), 'utf8'), '# >>> styxy: old >>>\nA=1\n');
  });
});
