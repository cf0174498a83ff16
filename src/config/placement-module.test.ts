// Owns the tests of a user's own placement strategy: asked with copies, doubted, stopped, and read from safe files alone.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { planRange } from '../core/range-planner.ts';
import { lookAtPlacementModule, type PlacementModule, readPlacementModule } from './placement-module.ts';

const root = mkdtempSync(join(tmpdir(), 'styxy-placement-'));
after(() => rmSync(root, { recursive: true, force: true }));
let files = 0;
const modules: PlacementModule[] = [];
after(() => {
  for (const module of modules) module.close();
});

function withScript(text: string): PlacementModule {
  const path = join(root, `${++files}.js`);
  writeFileSync(path, text, { mode: 0o600 });
  const module = readPlacementModule(path);
  modules.push(module);
  return module;
}

/** Where a range of ten ports begins, beside an automatic range at 10000 and a configured one at 10100. */
function startBy({ placement }: PlacementModule): number | undefined {
  const policy = { bounds: { start: 10_000, end: 10_999 }, gap: 10, avoided: new Set([10_205]) };
  const territory = {
    configured: [{ name: 'web', start: 10_100, end: 10_109 }],
    automatic: [{ name: 'web-api', start: 10_000, end: 10_009 }],
    busy: [],
  };
  const rule = { size: 10, placement: 'after', own: placement, preferredStart: null } as const;
  return planRange('web-mail', rule, policy, territory)?.start;
}

const AFTER = 10_020;

describe('a placement module', () => {
  it('chooses among the starts that it is given', () => {
    const module = withScript(`
      // The end of the first hole that has room for three.
      module.exports = ({ size, starts }) => starts.find(({ start, end }) => end - start >= 2 * size).end;`);
    assert.equal(module.problem(), null);
    assert.equal(startBy(module), 10_080);
    assert.equal(module.problem(), null);
  });

  it('is given the case, and a copy of it', () => {
    const module = withScript(`
      module.exports = (given) => {
        const ranges = given.ranges.map((range) => range.type + range.start + '-' + range.end + range.automatic).join();
        if (ranges !== 'web10100-10109false,web-api10000-10009true') throw new Error(ranges);
        if (given.type !== 'web-mail' || given.bounds.start !== 10000 || given.bounds.end !== 10999) throw given;
        if (JSON.stringify(given.starts) !== '[{"start":10020,"end":10080},{"start":10120,"end":10195},{"start":10206,"end":10990}]')
          throw new Error(JSON.stringify(given.starts));
        given.ranges.length = 0;
        given.bounds.end = 1;
        return 10300;
      };`);
    assert.deepEqual([startBy(module), module.problem()], [10_300, null]);
  });

  it('may have no wish', () => {
    for (const body of ['null', 'undefined', 'void 0'])
      assert.deepEqual([startBy(withScript(`module.exports = () => ${body}`))], [AFTER], body);
  });

  const wrong: readonly [what: string, text: string, problem: RegExp][] = [
    ['throws', 'module.exports = () => { throw new RangeError("no idea"); }', /it threw RangeError: no idea/],
    [
      'throws what cannot be shown',
      'module.exports = () => { throw { toString() { for (;;); } }; }',
      /gave no answer/,
    ],
    [
      'never ends',
      'module.exports = () => { for (;;); }',
      /gave no answer within 1000 ms; it is not asked again until it changes/,
    ],
    ['says a text', 'module.exports = () => "10300"', /it said a value of type string/],
    ['makes a promise', 'module.exports = async () => 10300', /it said a value of type object/],
    ['is out of bounds', 'module.exports = () => 9000', /no range of 10 ports may begin at 9000/],
    ['is over a range', 'module.exports = () => 10105', /may begin at 10105/],
    ['is in a gap', 'module.exports = () => 10091', /may begin at 10091/],
    ['is over an avoided port', 'module.exports = () => 10200', /may begin at 10200/],
    ['is no number', 'module.exports = () => NaN', /may begin at NaN/],
    ['is a fraction', 'module.exports = () => 10300.5', /may begin at 10300\.5/],
    ['wants a module', 'module.exports = () => require("fs")', /require is not defined/],
    ['wants the process', 'module.exports = () => process.exit(1)', /process is not defined/],
    ['wants the time', 'module.exports = () => 10300 + Date.now() % 2', /Date is not defined/],
    ['wants chance', 'module.exports = () => 10300 + Math.random()', /random is not a function/],
    [
      'makes code of text',
      'module.exports = () => Function("return 10300")()',
      /Code generation from strings/,
    ],
  ];
  for (const [what, text, problem] of wrong) {
    it(`is not followed where it ${what}, and says so until it is followed again`, () => {
      const module = withScript(text);
      assert.equal(startBy(module), AFTER);
      assert.match(module.problem() ?? '', problem);
      assert.match(module.problem() ?? '', /asked for "web-mail"/);
    });
  }

  const unusable: readonly [what: string, text: string, problem: RegExp][] = [
    ['has a mistake', 'module.exports = (', /is not used: SyntaxError: /],
    ['exports nothing', '', /sets module\.exports to no function/],
    ['exports a number', 'module.exports = 10300', /sets module\.exports to no function/],
    ['is a module of the other kind', 'export default () => 10300', /SyntaxError/],
    ['throws when it is read', 'throw new Error("x")', /is not used: it threw Error: x/],
    ['does not end when it is read', 'for (;;);', /gave no answer within/],
  ];
  for (const [what, text, problem] of unusable) {
    it(`is not used where it ${what}`, () => {
      const module = withScript(text);
      assert.equal(module.placement, null);
      assert.match(module.problem() ?? '', problem);
      assert.equal(startBy(module), AFTER);
    });
  }

  it('is not asked again once it did not answer, so that nobody waits twice', () => {
    const later = 'Promise.resolve().then(() => { for (;;); })';
    const module = withScript(`module.exports = () => { ${later}; return 10300; }`);
    assert.deepEqual([startBy(module), module.problem()], [10_300, null], 'it answered before');
    assert.equal(startBy(module), AFTER);
    const said = module.problem();
    assert.equal(startBy(module), AFTER);
    assert.equal(module.problem(), said);
    assert.match(module.problem() ?? '', /it gave no answer/);
  });

  it('is waited for for a second, and no longer', (t) => {
    const module = withScript('module.exports = () => 10300');
    const waited: unknown[] = [];
    t.mock.method(Atomics, 'wait', (_flag: Int32Array, _at: number, _value: number, limitMs?: number) => {
      waited.push(limitMs);
      return 'timed-out';
    });
    assert.equal(startBy(module), AFTER);
    assert.deepEqual(waited, [1000]);
    assert.match(module.problem() ?? '', /it gave no answer within 1000 ms/);
    assert.equal(startBy(module), AFTER);
    assert.equal(waited.length, 1, 'nobody waits for it again');
  });

  it('is the same one as before while its file says the same', () => {
    const module = withScript('module.exports = () => 10300');
    assert.equal(readPlacementModule(module.path, module), module);
    writeFileSync(module.path, 'module.exports = () => 10400');
    const next = readPlacementModule(module.path, module);
    modules.push(next);
    assert.deepEqual([startBy(module), startBy(next)], [10_300, 10_400]);
    rmSync(module.path);
    assert.match(readPlacementModule(module.path, next).problem() ?? '', /the file does not exist/);
  });

  it('takes no more memory than it may have', () => {
    const module = withScript(
      'const all = []; module.exports = () => { for (;;) all.push(new Array(1e6).fill(0)); }',
    );
    assert.equal(startBy(module), AFTER);
    assert.match(module.problem() ?? '', /it gave no answer/);
  });

  it('forgets its mistake once it chooses well', () => {
    const module = withScript('let calls = 0; module.exports = () => (++calls === 1 ? 1 : 10300)');
    assert.equal(startBy(module), AFTER);
    assert.notEqual(module.problem(), null);
    assert.equal(startBy(module), 10_300);
    assert.equal(module.problem(), null);
  });
});

describe('the context of a placement module', () => {
  /** Each leaves in `found` whatever it could take hold of; the script then says whether that leads to the thread's process. */
  const ways: readonly [what: string, take: string][] = [
    [
      'its globals',
      'for (const name of Object.getOwnPropertyNames(globalThis)) found.push(globalThis[name]);',
    ],
    [
      'what it is called by',
      'module.exports = function own() { found.push(own.caller, this); return tell(); };',
    ],
    ['what it is given', 'module.exports = (...all) => { found.push(all, ...all); return tell(); };'],
    [
      'a setter of the names that the thread might use',
      "for (const name of ['thrown', 'given', 'said']) Object.defineProperty(globalThis, name, { set: function own(value) { found.push(own.caller, value); } }); let asked = 0; module.exports = () => { if (asked++ === 0) throw 0; return tell(); };",
    ],
    [
      'the text of what it throws',
      "let asked = 0; module.exports = () => { if (asked++ === 0) throw { toString: function own() { found.push(own.caller, this); return ''; } }; return tell(); };",
    ],
    [
      'stack traces',
      'Error.prepareStackTrace = (error, trace) => { found.push(error, trace); for (const site of trace) found.push(site, site.getFunction(), site.getThis()); }; new Error().stack; module.exports = () => { new Error().stack; return tell(); };',
    ],
    [
      'an exhausted stack',
      'let asked = 0; const deep = () => { try { deep(); } catch (error) { if (found.length < 9) found.push(error); throw error; } }; module.exports = () => { if (asked++ === 0) deep(); return tell(); };',
    ],
  ];
  const TELL = `
    const found = [];
    const tell = () => {
      for (const thing of found) {
        if (thing === null || (typeof thing !== 'object' && typeof thing !== 'function')) continue;
        for (let it = thing; it !== null; it = Object.getPrototypeOf(it)) {
          try { if (it.constructor.constructor('return typeof process')() === 'object') return -1; } catch {}
        }
      }
      return 10300;
    };
    module.exports = () => tell();
  `;
  for (const [what, take] of ways) {
    it(`gives no way out by ${what}`, () => {
      const module = withScript(TELL + take);
      startBy(module);
      assert.deepEqual([startBy(module), module.problem()], [10_300, null]);
    });
  }

  it('gives no way out by an import, whose refusal would be an object of the thread', () => {
    const way = "('x').catch((error) => found.push(error));";
    for (const word of ['import', 'import/* */', 'import\n', 'void import', ';import']) {
      const module = withScript(TELL + word + way);
      assert.equal(module.placement, null, word);
      assert.match(module.problem() ?? '', /it has the word `import`, which no script may have/, word);
    }
    // No other spelling is the keyword.
    assert.match(withScript(`${TELL}\\u0069mport${way}`).problem() ?? '', /SyntaxError/);
  });

  it('may have names with that word in them', () => {
    const module = withScript('const important = 10300; module.exports = () => important;');
    assert.deepEqual([startBy(module), module.problem()], [10_300, null]);
  });
});

describe('a look at a placement module', () => {
  it('starts nothing, and sees what reading it tells', (t) => {
    const waits = t.mock.method(Atomics, 'wait');
    const path = join(root, 'looked-at.js');
    const look = (text: string): string | null => {
      writeFileSync(path, text, { mode: 0o600 });
      const module = lookAtPlacementModule(path);
      assert.equal(module.placement, null);
      return module.problem();
    };
    assert.equal(look('for (;;);'), null);
    assert.match(look('module.exports = (') ?? '', /is not used: SyntaxError/);
    assert.match(look("import('x')") ?? '', /the word `import`/);
    chmodSync(path, 0o666);
    assert.match(lookAtPlacementModule(path).problem() ?? '', /others can write it/);
    assert.equal(waits.mock.callCount(), 0, 'no thread was waited for');
  });
});

describe('the file of a placement module', () => {
  const problemAt = (path: string): string => readPlacementModule(path).problem() ?? '';

  it('must be there, a file, and nobody else’s to write', { skip: process.geteuid === undefined }, () => {
    assert.match(problemAt(join(root, 'missing.js')), /the file does not exist/);
    const dir = join(root, 'dir');
    mkdirSync(dir);
    assert.match(problemAt(dir), /this is a directory/);
    const path = join(dir, 'own.js');
    writeFileSync(path, 'module.exports = () => null');
    for (const mode of [0o620, 0o602, 0o666]) {
      chmodSync(path, mode);
      assert.match(problemAt(path), /others can write it \(mode 0\d+\); close it with chmod go-w/);
    }
    chmodSync(path, 0o644);
    assert.equal(problemAt(path), '');
    symlinkSync(path, join(root, 'link.js'));
    assert.equal(problemAt(join(root, 'link.js')), '', 'a link is what it leads to');
    chmodSync(dir, 0o777);
    assert.match(
      problemAt(join(root, 'link.js')),
      /its directory .*\/dir can be changed by others \(mode 0777\)/,
    );
    chmodSync(dir, 0o1777);
    assert.equal(problemAt(path), '', 'as in /tmp');
  });

  it('must belong to the user', {
    skip: process.geteuid?.() !== 0 ? 'only root can give files away' : false,
  }, () => {
    const dir = join(root, 'theirs');
    mkdirSync(dir);
    const path = join(dir, 'theirs.js');
    writeFileSync(path, 'module.exports = () => null', { mode: 0o600 });
    chownSync(path, 12_345, 12_345);
    assert.match(problemAt(path), /it belongs to user 12345, not to user 0/);
    chownSync(path, 0, 0);
    chownSync(dir, 12_345, 12_345);
    assert.match(problemAt(path), /its directory .* belongs to user 12345, who could replace it/);
  });
});
