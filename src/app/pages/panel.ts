/** What a page's session needs of the editor around it. src/host/pages implements it over `vscode`. */
import type { Disposable } from '../../base/dispose';
import type { Port } from '../../protocol/channel';

/** A tab of the editor that shows a page: the way to the page, and what becomes of the tab. */
export interface PagePanel extends Port {
  /** The tab is in front in its group. A page that is hidden is gone, and is loaded anew when it is shown. */
  readonly visible: boolean;
  onDidChangeVisible(listener: () => void): Disposable;
  /** Shows a page by the name of its bundle; the one that was there before is gone. `title`: for the screen reader. */
  load(page: string, title: string): void;
  /** Brings the tab to the front. */
  reveal(): void;
}

/** A file as the editor names it: `vscode.Uri` has this shape. */
export interface FileUri {
  readonly scheme: string;
  readonly path: string;
  /** On this machine; only for the scheme 'file'. */
  readonly fsPath: string;
  toString(): string;
}

export function fileNameOf({ path }: FileUri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What the editor's dialog for a file says. */
export interface OpenQuestion {
  readonly title: string;
  readonly openLabel: string;
  /** Endings by what they are called. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
}

export interface SaveQuestion {
  readonly title: string;
  /** Default: the editor's own word. */
  readonly saveLabel?: string;
  /** The proposed name. */
  readonly name: string;
  /** What the files are called, and their ending without the first dot. */
  readonly filter: string;
  readonly extension: string;
}

/** Asks for files. */
export interface FileDialogs<U extends FileUri = FileUri> {
  /** Undefined when the user chose none. */
  open(question: OpenQuestion): PromiseLike<U | undefined>;
  /**
   * Asks where to and writes `content` there; undefined when the user chose no place. `writing`: shows that it goes on.
   */
  save(
    question: SaveQuestion,
    content: () => Promise<Uint8Array>,
    writing?: (name: string) => string,
  ): Promise<FileUri | undefined>;
}
