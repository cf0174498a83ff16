import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { openPlace, type Place, ROOT, runProgram } from './cli-harness.ts';

let place: Place;
let tarball: Buffer;
before(async () => {
  place = openPlace();
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const words = ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', place.dir];
  const { status, stderr } = await runProgram(npm, words, { cwd: ROOT, env: process.env });
  assert.equal(status, 0, stderr);
  const name = readdirSync(place.dir).find((each) => each.endsWith('.tgz')) ?? '';
  tarball = readFileSync(join(place.dir, name));
});
after(() => place.close());

/** A program that uses all of the library, in TypeScript. */
const CONSUMER = `
import { connect, StyxyError, type ErrorCode, type PortLease } from 'styxy';
export async function main(): Promise<number> {
  await using daemon = await connect({ project: '.', timeoutMs: 1000 });
  await using lease: PortLease = await daemon.allocate({ serviceType: 'dev', serviceName: 'web' });
  using hold = await lease.hold();
  hold.close();
  const plugin: { name: string } = named({ serviceType: 'dev' });
  styxy().apply satisfies 'serve';
  try {
    return await daemon.withPort('dev', ({ port }) => port + plugin.name.length);
  } catch (error) {
    if (error instanceof StyxyError) error.code satisfies ErrorCode;
    throw error;
  }
}
`;

/** One that is wrong, so that it is known that the compiler looks. */
const MISTAKEN = `
import { connect } from 'styxy';
export const lease = connect().then((daemon) => daemon.allocate({ serviceType: 'dev', preferredPort: '3000' }));
`;

/** Writes the examples in TypeScript of the documents, each as a module. */
function exampleFiles(project: string): string[] {
  const pages = ['README.md', 'docs/library.md']
    .map((page) => readFileSync(join(ROOT, page), 'utf8'))
    .join('\n');
  const examples = [...pages.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  assert.ok(examples.length >= 2);
  return examples.map((code, at) => {
    writeFileSync(join(project, `example-${at}.ts`), code);
    return `example-${at}.ts`;
  });
}

describe('the package, for who imports it', () => {
  it('has nothing that publint objects to', async () => {
    const data = new Uint8Array(tarball).buffer;
    const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg ?? {})),
      [],
    );
  });

  it('has types that are right for every way to import it', async () => {
    const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    assert.ok(checked.types !== false);
    assert.deepEqual(checked.problems, []);
  });

  for (const [type, face] of [
    ['module', "import styxy, { styxy as named } from 'styxy/vite';"],
    // A default that is one of the module's own names is an ES module's alone.
    ['commonjs', "import { styxy, styxy as named } from 'styxy/vite';"],
  ] as const) {
    it(`is understood by the compiler in a project of type ${type}`, async () => {
      const project = place.directory(type);
      const installed = join(project, 'node_modules', 'styxy');
      mkdirSync(installed, { recursive: true });
      cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true });
      cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
      symlinkSync(join(ROOT, 'node_modules', '@types'), join(project, 'node_modules', '@types'));
      symlinkSync(join(ROOT, 'node_modules', 'undici-types'), join(project, 'node_modules', 'undici-types'));
      writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
      writeFileSync(join(project, 'main.ts'), `${face}\n${CONSUMER}`);
      const compilerOptions = {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2022'],
        types: ['node'],
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
      };
      // What the documents show has to be right as well; a module in CommonJS cannot await at its top.
      const examples = type === 'module' ? exampleFiles(project) : [];
      const config = { compilerOptions, files: ['main.ts', ...examples] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
      const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      const { status, stdout } = await runProgram(process.execPath, [compiler, '-p', project], {
        cwd: project,
        env: place.env,
      });
      assert.equal(status, 0, stdout);
      writeFileSync(join(project, 'main.ts'), MISTAKEN);
      const mistaken = await runProgram(process.execPath, [compiler, '-p', project], {
        cwd: project,
        env: place.env,
      });
      assert.match(mistaken.stdout, /^main\.ts.*'string' is not assignable to type 'number'/);
    });
  }
});
