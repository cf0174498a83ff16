import assert from 'node:assert/strict';
import { it } from 'node:test';
import { resolveHome } from './home.ts';

it('says what is wrong with the path of a home', () => {
  assert.throws(() => resolveHome({ STYXY_HOME: 'styxy' }), /which is no absolute path/);
  const broken = process.platform === 'win32' ? 'C:\\a\nb' : '/a\nb';
  assert.throws(() => resolveHome({ STYXY_HOME: broken }), /which has a control character in it/);
});
