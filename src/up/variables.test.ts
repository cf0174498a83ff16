import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesIn, withVariables } from './variables.ts';

/** A reference, spelled so that no reader takes it for a template. */
const ref = (name: string): string => `$\{${name}}`;

describe('the variables of a service', () => {
  it('are filled from the environment as it was before', () => {
    const env = { URL: 'http://localhost:1', B: 'b' };
    assert.deepEqual(
      withVariables(env, { A: `${ref('URL')}/v1?${ref('URL')}`, B: `${ref('A')}-${ref('B')}` }),
      {
        ...env,
        A: 'http://localhost:1/v1?http://localhost:1',
        B: '-b',
      },
    );
  });

  it('leave everything else of a shell alone', () => {
    const value = `$URL $(id) \`id\` $\{URL:-x} $\{} $\{1A} % $`;
    assert.equal(withVariables({ URL: 'x' }, { A: value }).A, value);
    assert.deepEqual(namesIn(value), []);
  });

  it('stay as they are behind a second dollar', () => {
    assert.equal(withVariables({ URL: 'x' }, { A: `$${ref('URL')}` }).A, ref('URL'));
    assert.deepEqual(namesIn(`$${ref('URL')} ${ref('A_1')}`), ['A_1']);
  });

  it('are told of where there is no such variable', () => {
    const missing: string[] = [];
    withVariables({}, { A: ref('NONE') }, (name, of) => missing.push(`${name} in ${of}`));
    assert.deepEqual(missing, ['NONE in A']);
  });

  it('do not come out of what they are filled with', () => {
    assert.equal(withVariables({ URL: `${ref('B')}$&`, B: 'b' }, { A: ref('URL') }).A, `${ref('B')}$&`);
  });
});
