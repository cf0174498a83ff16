import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProjectIndex } from './project-index.ts';

describe('the index of projects', () => {
  it('lets the first one keep its name, and marks those that come later', () => {
    const index = new ProjectIndex();
    assert.equal(index.labelOf('/a/main'), 'main', 'nobody is known');
    index.add('/a/main');
    assert.equal(index.labelOf('/a/main'), 'main');
    const newcomer = index.labelOf('/b/main');
    assert.match(newcomer, /^main-[0-9a-f]{8}$/, 'before it is known');
    index.add('/b/main');
    index.add('/b/main');
    assert.equal(index.labelOf('/b/main'), newcomer, 'and afterwards');
    assert.equal(index.labelOf('/a/main'), 'main', 'a bookmark of the first one stays good');
    assert.equal(index.labelOf('/a/shop'), 'shop', 'another name');
    index.remove('/a/main');
    assert.equal(index.labelOf('/b/main'), 'main', 'the first one is forgotten');
    assert.match(index.labelOf('/a/main'), /^main-/);
    index.remove('/b/main');
    index.remove('/b/main');
    assert.equal(index.labelOf('/a/main'), 'main');
  });
});
