/** The profile page that had the focus last, for views that show its values elsewhere. */
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import type { OpenProfile, Part } from '../../profile/types';

/** What part of its profile a page shows. */
export interface Looking {
  readonly sampleType: number;
  readonly part?: Part | undefined;
}

export interface ProfilePage {
  /** "CPU gadgets-controller-manager", or the file's name. */
  readonly title: string;
  /** Undefined while the profile is being read, and when that failed. */
  readonly profile: OpenProfile | undefined;
  readonly looking: Looking;
  /** Fires when any of the above changes. */
  readonly onDidChange: (listener: () => void) => Disposable;
  /** Brings the page to the front, with the function of this name selected. */
  select(name: string): void;
}

/** The tab of a page: `vscode.WebviewPanel` has this shape. */
export interface Tab {
  /** True if the tab has the focus, or had it last. */
  readonly active: boolean;
  onDidChangeViewState(listener: () => void): Disposable;
  onDidDispose(listener: () => void): Disposable;
}

/** The open pages, the most recently focused first. */
export class ActivePages implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  #pages: readonly ProfilePage[] = [];

  /** Another page got the focus, the active page was closed, or it shows something else. */
  readonly onDidChange = this.#changed.event;
  /** Undefined when no page is open. */
  get active(): ProfilePage | undefined {
    return this.#pages[0];
  }

  add(page: ProfilePage, tab: Tab): void {
    const own = this.#own.add(new Disposables());
    const front = (): void => {
      if (!tab.active || this.active === page) return;
      this.#pages = [page, ...this.#pages.filter((p) => p !== page)];
      this.#changed.fire();
    };
    this.#pages = [...this.#pages, page];
    own.add(tab.onDidChangeViewState(front));
    own.add(
      page.onDidChange(() => {
        if (this.active === page) this.#changed.fire();
      }),
    );
    own.add(
      tab.onDidDispose(() => {
        const was = this.active;
        this.#pages = this.#pages.filter((p) => p !== page);
        own.dispose();
        if (was === page) this.#changed.fire();
      }),
    );
    if (this.active === page) this.#changed.fire();
    else front();
  }

  dispose(): void {
    this.#own.dispose();
  }
}
