/**
 * What the application needs of the editor, as small interfaces. src/host implements them over `vscode`; tests hand in
 * plain objects. Icons are names of codicons.
 */
import type { Disposable } from '../base/dispose';
import type { ProblemData } from '../base/problem';
import type { Pins } from '../cluster/pins';
import type { EndpointKind } from '../controllers/types';

/** Where the parts log. Nothing secret ever: no tokens, no headers, no kubeconfig contents. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** A failure, with what the user was shown and the server's own words where there are some. */
  problem(what: string, e: unknown): void;
}

/** Small values that are kept over restarts, for this workspace or for the user. */
export interface Store {
  get(key: string): unknown;
  /** `undefined` removes the key. */
  set(key: string, value: unknown): PromiseLike<void>;
}

/**
 * The settings `controllerTuner.*`, read where they are used so that a change counts at once. Units and defaults:
 * package.json.
 */
export interface Settings {
  readonly kubeconfigs: readonly string[];
  /** Empty: all that may be read. */
  readonly namespaces: readonly string[];
  /** s */
  readonly cpuSeconds: number;
  readonly groupBy: 'namespace' | 'workload';
  readonly showAll: boolean;
  /** `namespace/name` → taken for a controller, or not, whatever the rules say. */
  readonly marked: Readonly<Record<string, boolean>>;
  readonly pins: Pins;
  /** A request is given up after this time without a byte, ms. */
  readonly idleTimeoutMs: number;
  /** Between two scrapes of a process, ms. */
  readonly scrapeMs: number;
  /** Bytes, as received and after decompression. */
  readonly maxScrapeBytes: number;
  /** As it is written; see readConfigured. In a workspace that is not trusted, the workspace's own are left out. */
  readonly prometheus: readonly unknown[];
  /** What paths of profiles begin with, and the folder that this means here. */
  readonly sourcePaths: Readonly<Record<string, string>>;
  /** Bytes after decompression; 1 MiB to 4 GiB, the longest that one buffer holds. */
  readonly maxProfileBytes: number;
  /** Pins an endpoint of `namespace/name`; '' removes the pin. */
  pin(workload: string, kind: EndpointKind, url: string): PromiseLike<void>;
  /** Writes all entries anew, with one that was added or changed among them. */
  setPrometheus(entries: readonly unknown[]): PromiseLike<void>;
  /** Calls back when one of these keys (without the section) changes. */
  onDidChange(keys: readonly string[], listener: () => void): Disposable;
}

/** One line of a list; `value` is what choosing it means. */
export interface Choice<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly icon?: string;
  /** Stays in the list whatever is typed. */
  readonly alwaysShow?: boolean;
  /** Ticked from the start, in a list of several. */
  readonly picked?: boolean;
  readonly value: T;
}

/** A heading between choices. */
export interface Separator {
  readonly separator: string;
}

export type Choices<T> = readonly (Choice<T> | Separator)[];

/** A question's place among others: see wizard.ts. */
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
  /** Works out the choices while the list is open and busy. */
  readonly choices: (signal: AbortSignal) => Promise<Choices<T>>;
  /** Take the only choice without asking. Default true. */
  readonly skipSingle?: boolean;
  /** Shown while the choices are worked out. Default: the placeholder. */
  readonly busyText?: string;
}

/** What was chosen; `asked` is false when there was only one choice. */
export interface Picked<T> {
  readonly value: T;
  readonly asked: boolean;
}

export interface PickManyOptions<T> extends StepFrame {
  readonly placeholder: string;
  readonly choices: Choices<T>;
  /** Nothing ticked is no answer. Default false. */
  readonly atLeastOne?: boolean;
}

export interface InputOptions extends StepFrame {
  readonly prompt: string;
  readonly value: string;
  /** A sentence when the text can't be taken. */
  readonly validate?: (text: string) => string | undefined;
  /** Typed unseen. */
  readonly secret?: boolean;
}

/**
 * Asks the user. Each rejects with an AbortError when the user gave up, and with `Back` when the back button was used.
 */
export interface Picker {
  /** A list that is shown at once and filled when its choices are there. Rejects with what `choices` threw, too. */
  pick<T>(options: PickOptions<T>): Promise<Picked<T>>;
  /** A list of which any number can be ticked. */
  pickMany<T>(options: PickManyOptions<T>): Promise<readonly T[]>;
  /** A line of text, without blanks around it unless it is secret. */
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

/** Tells the user. Each resolves with the button that was clicked, undefined when the message was closed. */
export interface Messages {
  info<B extends string>(text: string, ...buttons: readonly B[]): PromiseLike<B | undefined>;
  warn<B extends string>(text: string, ...buttons: readonly B[]): PromiseLike<B | undefined>;
  /** For some seconds in the status bar. */
  briefly(text: string): void;
  /** Logs it and shows what to do next, unless it is an AbortError. Resolves when the message is gone. */
  problem(e: unknown, options: ProblemOptions): Promise<void>;
  /** The whole of a problem as a text, to read and to copy from. */
  details(problem: ProblemData): PromiseLike<void>;
}

/** Shows that something goes on, with a cancel that aborts the signal. */
export interface Progress {
  /** `report`: a text beside the title, and by how many per cent the bar grows. */
  run<T>(
    title: string,
    work: (signal: AbortSignal, report: (message: string, increment?: number) => void) => Promise<T>,
  ): Promise<T>;
  /** A quiet line in the status bar, without a cancel. */
  quietly<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** An item of the status bar, shown with its first `set` until it is disposed. */
export interface StatusItem extends Disposable {
  set(item: { readonly text: string; readonly tooltip: string; readonly spoken: string }): void;
}

export interface StatusItemOptions {
  readonly id: string;
  /** What kind of item this is, for the status bar's menu. */
  readonly name: string;
  /** Run on click, without what all of our commands begin with. */
  readonly command: { readonly id: string; readonly title: string; readonly args: readonly unknown[] };
}

/** All of it. What needs less says so: `Pick<Editor, 'picker' | 'log'>`. */
export interface Editor {
  readonly log: Log;
  readonly settings: Settings;
  /** The user's, the same in every workspace. */
  readonly store: Store;
  readonly workspaceStore: Store;
  readonly picker: Picker;
  readonly messages: Messages;
  readonly progress: Progress;
  statusItem(options: StatusItemOptions): StatusItem;
  /** Puts text on the clipboard. */
  copy(text: string): PromiseLike<void>;
}
