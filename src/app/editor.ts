/**
 * What the application needs of the editor, as small interfaces. src/host implements them over `vscode`; tests hand in
 * plain objects. Icons are names of codicons.
 */
import type { Disposable } from '../base/dispose';
import type { ProblemData } from '../base/problem';
import type { Pins } from '../cluster/pins';
import type { EndpointKind } from '../controllers/types';

/** Where all parts log. Never log secrets: no tokens, headers or kubeconfig contents. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** A failure, with what the user was shown and the server's own message, if there is one. */
  problem(what: string, e: unknown): void;
}

/** Small values that survive restarts, per workspace or per user. */
export interface Store {
  get(key: string): unknown;
  /** `undefined` removes the key. */
  set(key: string, value: unknown): PromiseLike<void>;
}

/**
 * The settings `controllerTuner.*`, read at each use so that a change takes effect at once. Units and defaults:
 * package.json.
 */
export interface Settings {
  readonly kubeconfigs: readonly string[];
  /** Empty: all namespaces that the user may read. */
  readonly namespaces: readonly string[];
  /** s */
  readonly cpuSeconds: number;
  readonly groupBy: 'namespace' | 'workload';
  readonly showAll: boolean;
  /** `namespace/name` → whether it is considered a controller, whatever the rules say. */
  readonly marked: Readonly<Record<string, boolean>>;
  readonly pins: Pins;
  /** A request fails after this time without receiving a byte, ms. */
  readonly idleTimeoutMs: number;
  /** Between two scrapes of a process, ms. */
  readonly scrapeMs: number;
  /** Limit in bytes, for the body as received and after decompression. */
  readonly maxScrapeBytes: number;
  /**
   * As written in settings.json; see readConfigured. Without the workspace's own entries if the workspace is not
   * trusted.
   */
  readonly prometheus: readonly unknown[];
  /** Path prefix in profiles → the folder on this machine. */
  readonly sourcePaths: Readonly<Record<string, string>>;
  /** Bytes after decompression; 1 MiB to 4 GiB, the largest size of one buffer. */
  readonly maxProfileBytes: number;
  /** Pins an endpoint of `namespace/name`; '' removes the pin. */
  pin(workload: string, kind: EndpointKind, url: string): PromiseLike<void>;
  /** Replaces all entries, one of them added or changed. */
  setPrometheus(entries: readonly unknown[]): PromiseLike<void>;
  /** Calls back when one of these keys (without the section) changes. */
  onDidChange(keys: readonly string[], listener: () => void): Disposable;
}

/** One line of a list; `value` is what the caller gets when it is chosen. */
export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly icon?: string;
  /** Stays in the list whatever filter the user types. */
  readonly alwaysShow?: boolean;
  /** Checked from the start, in a list with several answers. */
  readonly picked?: boolean;
  readonly value: T;
}

/** A heading between choices. */
export interface Separator {
  readonly separator: string;
}

export type Choices<T> = readonly (Choice<T> | Separator)[];

/** A question's place in a sequence: see wizard.ts. */
export interface StepFrame {
  readonly title: string;
  /** From 1; default 1. */
  readonly step?: number;
  /** Default 1: a single question. */
  readonly totalSteps?: number;
  /** Offer the back button. Default false. */
  readonly back?: boolean;
}

export interface PickOptions<T> extends StepFrame {
  readonly placeholder: string;
  /** Works out the choices while the list already shows, marked as busy. */
  readonly choices: (signal: AbortSignal) => Promise<Choices<T>>;
  /** Take the only choice without asking. Default true. */
  readonly skipSingle?: boolean;
  /** Shown while the choices are worked out. Default: the placeholder. */
  readonly busyText?: string;
}

/** The choice; `asked` is false when it was the only one and the user was not asked. */
export interface Picked<T> {
  readonly value: T;
  readonly asked: boolean;
}

export interface PickManyOptions<T> extends StepFrame {
  readonly placeholder: string;
  readonly choices: Choices<T>;
  /** Requires at least one checked item. Default false. */
  readonly atLeastOne?: boolean;
}

export interface InputOptions extends StepFrame {
  readonly prompt: string;
  readonly value: string;
  /** An error sentence when the text is not valid. */
  readonly validate?: (text: string) => string | undefined;
  /** Masked like a password. */
  readonly secret?: boolean;
}

/**
 * Asks the user. Each method rejects with an AbortError when the user cancels, and with `Back` after the back button.
 */
export interface Picker {
  /** Shows a list at once and fills it when the choices arrive. Also rejects with whatever `choices` throws. */
  pick<T>(options: PickOptions<T>): Promise<Picked<T>>;
  /** A list in which any number of items can be checked. */
  pickMany<T>(options: PickManyOptions<T>): Promise<readonly T[]>;
  /** A line of text, trimmed unless it is secret. */
  input(options: InputOptions): Promise<string>;
}

/** A button of a message. */
export interface Action {
  readonly title: string;
  readonly run: () => unknown;
}

export interface ProblemOptions {
  /** What the user wanted, for the log: "Profile CPU of default/widgets-0". */
  readonly what: string;
  /** Offered first; "Show Details" and, without any, "Show Log" follow. */
  readonly actions?: readonly Action[];
}

/** Messages to the user. Each resolves with the button that was clicked, or undefined when the message was closed. */
export interface Messages {
  info<B extends string>(text: string, ...buttons: readonly B[]): PromiseLike<B | undefined>;
  warn<B extends string>(text: string, ...buttons: readonly B[]): PromiseLike<B | undefined>;
  /** Shows the text in the status bar for some seconds. */
  briefly(text: string): void;
  /**
   * Logs the problem and, unless it is an AbortError, shows it with a next step. Resolves when the message is closed.
   */
  problem(e: unknown, options: ProblemOptions): Promise<void>;
  /** Opens the complete problem as text, to read and copy from. */
  details(problem: ProblemData): PromiseLike<void>;
}

/** Shows progress, with a cancel button that aborts the signal. */
export interface Progress {
  /** `report`: a text beside the title, and the bar's increment in per cent. */
  run<T>(
    title: string,
    work: (signal: AbortSignal, report: (message: string, increment?: number) => void) => Promise<T>,
  ): Promise<T>;
  /** Shows progress in the status bar, without cancel. */
  quietly<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** A status bar item; the first `set` shows it, disposing removes it. */
export interface StatusItem extends Disposable {
  set(item: { readonly text: string; readonly tooltip: string; readonly spoken: string }): void;
}

export interface StatusItemOptions {
  readonly id: string;
  /** What kind of item this is, for the status bar's menu. */
  readonly name: string;
  /** Runs on click. The id is without the prefix of our commands. */
  readonly command: { readonly id: string; readonly title: string; readonly args: readonly unknown[] };
}

/** Everything together. Code that needs less says so: `Pick<Editor, 'picker' | 'log'>`. */
export interface Editor {
  readonly log: Log;
  readonly settings: Settings;
  /** Per user, the same in every workspace. */
  readonly store: Store;
  readonly workspaceStore: Store;
  readonly picker: Picker;
  readonly messages: Messages;
  readonly progress: Progress;
  statusItem(options: StatusItemOptions): StatusItem;
  /** Puts text on the clipboard. */
  copy(text: string): PromiseLike<void>;
}
