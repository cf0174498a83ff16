// Owns the text of the Windows task: a definition for the Task Scheduler, in the order that its schema wants, pure.

import { join } from 'node:path/win32';
import type { AutostartFacts } from './facts.ts';
import { type Element, element, render } from './xml.ts';

const NAMESPACE = 'http://schemas.microsoft.com/windows/2004/02/mit/task';
/** A moment in the past: the repetition counts from there. */
const BOUNDARY = '2020-01-01T00:00:00';

/** One word of a command line as Windows' own programs take it apart (CommandLineToArgvW). */
export function windowsWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  // Before a quote, also the one that ends the word, each backslash counts half.
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** At logon and every five minutes the daemon is brought up where it is not there. */
export function taskDefinition(facts: AutostartFacts, systemRoot = 'C:\\Windows'): string {
  const user = facts.userId === '' ? [] : [element('UserId', facts.userId)];
  const task = element(
    'Task',
    [
      element('RegistrationInfo', [
        element('Description', `Styxy, the daemon of ${facts.home.dir}`),
        element('URI', `\\${facts.place.daemon}`),
      ]),
      element('Triggers', [
        // A moment after the logon: a session that has only just begun may have no console to give.
        element('LogonTrigger', [element('Enabled', 'true'), ...user, element('Delay', 'PT30S')]),
        element('TimeTrigger', [
          element('Enabled', 'true'),
          element('StartBoundary', BOUNDARY),
          element('Repetition', [element('Interval', 'PT5M'), element('StopAtDurationEnd', 'false')]),
        ]),
      ]),
      element('Principals', [
        element(
          'Principal',
          [...user, element('LogonType', 'InteractiveToken'), element('RunLevel', 'LeastPrivilege')],
          { id: 'Author' },
        ),
      ]),
      element('Settings', settings()),
      element(
        'Actions',
        [
          element('Exec', [
            // Without a console of its own, which would flash up each time.
            element('Command', join(systemRoot, 'System32', 'conhost.exe')),
            element('Arguments', ['--headless', ...facts.checkWords].map(windowsWord).join(' ')),
          ]),
        ],
        { Context: 'Author' },
      ),
    ],
    { version: '1.2', xmlns: NAMESPACE },
  );
  return `<?xml version="1.0" encoding="UTF-16"?>\n${render(task)}\n`;
}

function settings(): Element[] {
  return [
    element('MultipleInstancesPolicy', 'IgnoreNew'),
    element('DisallowStartIfOnBatteries', 'false'),
    element('StopIfGoingOnBatteries', 'false'),
    element('AllowHardTerminate', 'true'),
    element('StartWhenAvailable', 'true'),
    element('RunOnlyIfNetworkAvailable', 'false'),
    element('AllowStartOnDemand', 'true'),
    element('Enabled', 'true'),
    element('Hidden', 'true'),
    element('RunOnlyIfIdle', 'false'),
    element('WakeToRun', 'false'),
    element('ExecutionTimeLimit', 'PT2M'),
    element('Priority', '7'),
  ];
}
