// Owns the shape of the tool catalogue: how a command line is recognised, and how its tool is told a port.

export interface Tool {
  readonly id: string;
  /** For messages and documents. */
  readonly name: string;
  /**
   * Each a program and the subcommands that must follow it, separated by spaces. `manage.py runserver` also means
   * `python manage.py runserver`: what starts it is peeled off before.
   */
  readonly commands: readonly string[];
  /** Arguments that make it something else than a server: `build` behind `vite`. */
  readonly except?: readonly string[];
  /** Options of which one must be there to make it a server. */
  readonly needs?: readonly string[];
  /** Options in front of the first argument that make it no server either. */
  readonly rejects?: readonly string[];
  /** Options that take the next word, and may stand before the subcommand or a last argument. */
  readonly valueOptions?: readonly string[];
  /** What the file that it is given is called, without folder and ending, where the program says too little. */
  readonly files?: readonly string[];
  /** What that file must contain. */
  readonly reads?: RegExp;
  /** What follows the first argument is not for the tool: the image of a container, the file of a runtime. */
  readonly optionsComeFirst?: boolean;
  /** Options with which it puts itself into the background, where no run can hold its lease. */
  readonly detaches?: readonly string[];
  /** Null where the image or the app decides. */
  readonly serviceType: string | null;
  /** The port that it opens when nobody says otherwise; null where it is random, none, or the app's. */
  readonly defaultPort: number | null;
  readonly told: Told;
}

/** How a tool is told its port. `{port}` stands for the number. */
export interface Told {
  /** Variables that it reads, with their values. PORT is set for every command, and stands here for those that read it. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Words at the end of the command that tell it. */
  readonly add?: readonly string[];
  /** Words that go with them, unless they are there: what keeps a tool from moving to another port in silence. */
  readonly extra?: readonly string[];
  /** `add` even where a variable would do. */
  readonly prefersWords?: boolean;
  /** The options by which a command names its port itself. */
  readonly options?: readonly string[];
  /** What such an option's value, or the last argument, looks like; a plain number unless given. */
  readonly shape?: 'number' | 'address' | 'published';
  /** The port is an argument without an option. */
  readonly isArgument?: boolean;
  /** Of two that name the port the last one counts, so that what is added at the end beats what a script says. */
  readonly isLastWinning?: boolean;
  /** What to do where none of this is possible. A whole sentence; `{port}` is filled in. */
  readonly advice?: string;
}

/** What starts several servers or none of its own, so that no single port is its own. */
export interface Leaseless {
  readonly id: string;
  readonly name: string;
  readonly commands: readonly string[];
  readonly except?: readonly string[];
  /** Options with which it does not stay, such as `--detach`. */
  readonly rejects?: readonly string[];
  readonly valueOptions?: readonly string[];
  /**
   * `several`: an orchestrator. `configured`: its ports stand in a file. `tunnel`: it leads to a port of another.
   * `nested`: it asks for its lease itself.
   */
  readonly kind: 'several' | 'configured' | 'tunnel' | 'nested';
  readonly advice: string;
}
