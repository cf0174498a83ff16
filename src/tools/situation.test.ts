import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRun } from './plan.ts';
import { refersTo } from './situation.ts';

describe('a variable in a text', () => {
  it('is found in the spellings of shells', () => {
    for (const text of ['$PORT', 'a-$' + '{PORT:-3000}', '%PORT%']) assert.ok(refersTo(text, 'PORT'), text);
    assert.equal(refersTo('$PORTAL', 'PORT'), false);
  });

  it('must have a name: any other text before an equals sign is none, and breaks nothing', () => {
    for (const name of ['x(', '[', '', '1a']) assert.equal(refersTo(`$${name}`, name), false, name);
    const reader = { text: () => null, names: () => [] };
    assert.doesNotThrow(() => planRun(['sh', '-c', 'export "x(=1" && vite'], '/src/shop', reader));
  });
});
