// Owns the text of the launchd agents: property lists, pure.

import { join } from 'node:path';
import type { AutostartFacts } from './facts.ts';
import { type Element, element, render } from './xml.ts';

/** launchd's own least time between two starts is ten seconds. */
const THROTTLE_SECONDS = 10;
const CHECK_EVERY_SECONDS = 300;
/** 0077, which a property list writes in decimal. */
const UMASK = 63;
const PROLOG = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
];

type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

export function daemonAgent(facts: AutostartFacts): string {
  return plist({
    Label: facts.place.daemon,
    ProgramArguments: facts.daemonWords,
    EnvironmentVariables: facts.environment,
    RunAtLoad: true,
    KeepAlive: true,
    ThrottleInterval: THROTTLE_SECONDS,
    ...common(facts),
  });
}

export function checkAgent(facts: AutostartFacts): string {
  return plist({
    Label: facts.place.check,
    ProgramArguments: facts.checkWords,
    EnvironmentVariables: facts.environment,
    StartInterval: CHECK_EVERY_SECONDS,
    // What it starts outlives it.
    AbandonProcessGroup: true,
    ...common(facts),
  });
}

function common({ home }: AutostartFacts): Record<string, Value> {
  const output = join(home.logs, 'daemon-output.log');
  return { Umask: UMASK, WorkingDirectory: '/', StandardOutPath: output, StandardErrorPath: output };
}

function plist(dictionary: Record<string, Value>): string {
  const root = element('plist', [valueElement(dictionary)], { version: '1.0' });
  return `${[...PROLOG, render(root)].join('\n')}\n`;
}

function valueElement(value: Value): Element {
  if (typeof value === 'string') return element('string', value);
  if (typeof value === 'number') return element('integer', String(value));
  if (typeof value === 'boolean') return element(value ? 'true' : 'false', '');
  if (isList(value)) return element('array', value.map(valueElement));
  const pairs = Object.entries(value);
  return element(
    'dict',
    pairs.flatMap(([key, each]) => [element('key', key), valueElement(each)]),
  );
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}
