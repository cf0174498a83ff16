// Owns what is read out of a port guide, the document in which a team keeps its ranges, whatever its form was.

import type { ServiceTypeConfig } from './config.ts';

/** A service type as the guide has it; what the guide does not say is missing. */
export interface GuideType extends Partial<ServiceTypeConfig> {
  readonly range: readonly [start: number, end: number];
}

export interface GuideEntry {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly type: GuideType;
}

/** Something to be said of a line of the guide; lines count from 1. */
export interface GuideNote {
  readonly line: number;
  readonly message: string;
}

export interface PortGuide {
  /** Each name once, in the order of the document. */
  readonly entries: readonly GuideEntry[];
  /** What is meant as a range and cannot be one. */
  readonly mistakes: readonly GuideNote[];
  /** Lines with something like a range in them that belongs to no name. */
  readonly notUnderstood: readonly GuideNote[];
}
