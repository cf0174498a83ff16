import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProjectIndex } from './project-index.ts';

describe('the index of projects', () => {
  it('knows a name as shared while another project has it too', () => {
    const index = new ProjectIndex();
    assert.equal(index.isShared('/a/main'), false, 'nobody is known');
    index.add('/a/main');
    assert.equal(index.isShared('/a/main'), false, 'it is alone');
    assert.equal(index.isShared('/b/main'), true, 'a new one sees the one that is there');
    index.add('/b/main');
    index.add('/b/main');
    assert.equal(index.isShared('/a/main'), true);
    index.remove('/b/main');
    assert.equal(index.isShared('/a/main'), true, 'another key remembers it still');
    index.remove('/b/main');
    assert.equal(index.isShared('/a/main'), false);
    assert.equal(index.isShared('/a/shop'), false, 'another name');
  });
});
