/** The profile's page that was focused last, as what shows its values elsewhere sees it. */
import type * as vscode from 'vscode';
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import type { OpenProfile, Part } from '../../profile/types';

/** What a page shows of its profile. */
export interface Looking {
  readonly sampleType: number;
  readonly part?: Part | undefined;
}

export interface ProfilePage {
  /** "CPU gadgets-controller-manager", or the file's name. */
  readonly title: string;
  /** Undefined while it is read, and when it can't be. */
  readonly profile: OpenProfile | undefined;
  readonly looking: Looking;
  /** Any of the above. */
  readonly onDidChange: (listener: () => void) => Disposable;
  /** Brings the page to the front, with the function of this name selected. */
  select(name: string): void;
}

/** The pages that are open, in the order in which they had the focus. */
export class ActivePages implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  #pages: readonly ProfilePage[] = [];

  /** Another page has the focus, the one that had it was closed, or it shows something else. */
  readonly onDidChange = this.#changed.event;
  /** Undefined when no page is open. */
  get active(): ProfilePage | undefined {
    return this.#pages[0];
  }

  add(page: ProfilePage, panel: vscode.WebviewPanel): void {
    const own = this.#own.add(new Disposables());
    const front = (): void => {
      if (!panel.active || this.active === page) return;
      this.#pages = [page, ...this.#pages.filter((p) => p !== page)];
      this.#changed.fire();
    };
    this.#pages = [...this.#pages, page];
    own.add(panel.onDidChangeViewState(front));
    own.add(
      page.onDidChange(() => {
        if (this.active === page) this.#changed.fire();
      }),
    );
    own.add(
      panel.onDidDispose(() => {
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
