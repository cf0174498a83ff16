import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originOf, seal } from './sealed-text.ts';

const UNIT = '[Unit]\nDescription=x\n';
const XML = '<?xml version="1.0"?>\n<a/>\n';

describe('the seal of a file', () => {
  it('tells ours from edited and from foreign ones', () => {
    for (const sealed of [seal(UNIT, 'hash'), seal(XML, 'xml')]) {
      assert.equal(originOf(sealed), 'ours');
      assert.equal(originOf(`${sealed}# mine\n`), 'edited');
      assert.equal(originOf(sealed.replace(/sha256:[0-9a-f]{8}/, 'sha256:00000000')), 'edited');
    }
    for (const foreign of [UNIT, XML, '', '# Written by styxy\n', 'sha256:00'])
      assert.equal(originOf(foreign), 'foreign');
  });

  it('is a comment where the file may have one', () => {
    assert.match(seal(UNIT, 'hash'), /^# Written by `styxy autostart install`.*\n\[Unit\]/);
    assert.match(seal(XML, 'xml'), /^<\?xml version="1\.0"\?>\n<!-- Written by .* -->\n<a\/>/);
    // Two dashes would end a comment of XML.
    assert.doesNotMatch(seal(XML, 'xml').replace(/<!--|-->/g, ''), /--/);
  });
});
