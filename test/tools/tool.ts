// Owns the shape of a real tool under test: its small project, its command without a port, and how it is seen to answer.

/** The name of a copy stands for this in the text of a project's files. */
export const COPY = '@copy@';

/** A small project that is checked out more than once. */
export interface Project {
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  /** What its tool writes into the checkout, as `.gitignore` says it. */
  readonly ignored?: readonly string[];
}

export interface Tool extends Project {
  readonly name: string;
  /** The service type of its lease. */
  readonly serviceType: string;
  /** What is typed behind `styxy run --`, in a checkout. */
  readonly command: (checkout: string) => readonly string[];
  /** Makes what is in no repository, such as a data directory. */
  readonly prepare?: (checkout: string) => void;
  /** Whether it answers on this port of 127.0.0.1, where possible with the text of that copy. */
  readonly answers: (port: number, copy: string, checkout: string) => Promise<boolean>;
}

/** A tool from an npm package, the one whose version is stated. */
export interface NpmTool extends Tool {
  readonly package: string;
}

/** A tool from a package of Debian's. */
export interface DebianTool extends Tool {
  /** The program that must be there, by name or path. */
  readonly program: string;
  readonly debianPackage: string;
  /** The arguments with which it says its version. */
  readonly version: readonly string[];
}
