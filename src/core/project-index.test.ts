import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProjectIndex } from './project-index.ts';

describe('the index of projects', () => {
  it('marks a name while another project has it too', () => {
    const index = new ProjectIndex();
    assert.equal(index.labelOf('/a/main'), 'main', 'nobody is known');
    index.add('/a/main');
    assert.equal(index.labelOf('/a/main'), 'main', 'it is alone');
    const newcomer = index.labelOf('/b/main');
    assert.match(newcomer, /^main-[0-9a-f]{8}$/, 'a new one sees the one that is there');
    index.add('/b/main');
    index.add('/b/main');
    assert.equal(index.labelOf('/b/main'), newcomer);
    const marked = index.labelOf('/a/main');
    assert.match(marked, /^main-[0-9a-f]{8}$/);
    assert.notEqual(marked, newcomer);
    index.remove('/b/main');
    assert.equal(index.labelOf('/a/main'), marked, 'another key remembers the other one still');
    index.remove('/b/main');
    index.remove('/b/main');
    assert.equal(index.labelOf('/a/main'), 'main');
    assert.equal(index.labelOf('/a/shop'), 'shop', 'another name');
  });
});
