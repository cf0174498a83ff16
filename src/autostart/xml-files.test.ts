import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factsFor, ODD } from '../../test/fixtures/autostart-facts.ts';
import { checkAgent, daemonAgent } from './launchd-text.ts';
import { taskDefinition, windowsWord } from './task-text.ts';
import { element, escapeText, render } from './xml.ts';

describe('XML', () => {
  it('holds any text, and nothing that it may not hold', () => {
    assert.equal(escapeText('a & <b> "c"'), 'a &amp; &lt;b&gt; &quot;c&quot;');
    assert.equal(escapeText('\u0000\u001b\ufffe'), '\ufffd\ufffd\ufffd');
    assert.equal(escapeText('two\nlines'), 'two&#10;lines');
  });

  it('is indented, and short where there is nothing', () => {
    const text = render(element('a', [element('b', 'x'), element('c', '')], { n: '1' }));
    assert.equal(text, '<a n="1">\n  <b>x</b>\n  <c/>\n</a>');
  });
});

describe('the launchd agents', () => {
  const facts = factsFor({ platform: 'darwin', root: '/Users/me' });

  it('of the daemon: started at login, and again whenever it ends', () => {
    assert.equal(
      daemonAgent(facts),
      `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>Label</key>
    <string>io.github.styxy</string>
    <key>ProgramArguments</key>
    <array>
      <string>/Users/me/node</string>
      <string>--max-semi-space-size=4</string>
      <string>/Users/me/dist/daemon.cjs</string>
      <string>--take-over</string>
    </array>
    <key>EnvironmentVariables</key>
    <dict>
      <key>STYXY_HOME</key>
      <string>/Users/me/.styxy</string>
      <key>STYXY_API_PORT</key>
      <string>9900</string>
    </dict>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <true/>
    <key>ThrottleInterval</key>
    <integer>10</integer>
    <key>Umask</key>
    <integer>63</integer>
    <key>WorkingDirectory</key>
    <string>/</string>
    <key>StandardOutPath</key>
    <string>/Users/me/.styxy/logs/daemon-output.log</string>
    <key>StandardErrorPath</key>
    <string>/Users/me/.styxy/logs/daemon-output.log</string>
  </dict>
</plist>
`,
    );
  });

  it('of the look: every five minutes', () => {
    assert.match(checkAgent(facts), /<key>StartInterval<\/key>\n\s*<integer>300<\/integer>/);
    assert.match(checkAgent(facts), /<string>io\.github\.styxy\.check<\/string>/);
  });

  it('escape what paths may hold', () => {
    const text = daemonAgent(factsFor({ platform: 'darwin', root: `/Users/${ODD}` }));
    assert.match(text, /&quot;q&quot; 'x' \\n &amp; &lt;c&gt;/);
    assert.doesNotMatch(text, /<c>|& /);
  });
});

describe('the task of Windows', () => {
  it('takes its command line apart as it was put together', () => {
    for (const [word, written] of [
      ['C:\\node.exe', 'C:\\node.exe'],
      ['C:\\Program Files\\node.exe', '"C:\\Program Files\\node.exe"'],
      ['ends with a backslash\\', '"ends with a backslash\\\\"'],
      ['say "no"', '"say \\"no\\""'],
      ['\\"', '"\\\\\\""'],
      ['', '""'],
    ] as const)
      assert.equal(windowsWord(word), written);
  });

  it('is for the user that installs it, at logon and every five minutes', () => {
    const text = taskDefinition(factsFor({ platform: 'win32' }));
    assert.match(
      text,
      /^<\?xml version="1\.0" encoding="UTF-16"\?>\n<Task version="1\.2" xmlns="http:\/\/schemas/,
    );
    assert.match(text, /<LogonTrigger>\n\s*<Enabled>true<\/Enabled>\n\s*<UserId>DESK\\me<\/UserId>/);
    assert.match(text, /<Interval>PT5M<\/Interval>/);
    assert.match(text, /<RunLevel>LeastPrivilege<\/RunLevel>/);
    assert.match(text, /<Command>C:\\Windows\\System32\\conhost\.exe<\/Command>/);
    assert.match(
      text,
      /<Arguments>--headless \/home\/me\/node \/home\/me\/dist\/styxy\.cjs autostart check<\/Arguments>/,
    );
  });
});
