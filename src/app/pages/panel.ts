/** What a page's session needs of the editor around it. src/host/pages implements it over `vscode`. */
import type { Disposable } from '../../base/dispose';
import type { Port } from '../../protocol/channel';

/** An editor tab that shows a page: the channel to the page, and the state of the tab. */
export interface PagePanel extends Port {
  /** True if the tab is in front in its group. A hidden page is unloaded, and loaded anew when it is shown. */
  readonly visible: boolean;
  onDidChangeVisible(listener: () => void): Disposable;
  /** Loads a page by the name of its bundle, replacing the current one. `title`: for the screen reader. */
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

/** The texts of the editor's open dialog. */
export interface OpenQuestion {
  readonly title: string;
  readonly openLabel: string;
  /** Label → file extensions. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
}

export interface SaveQuestion {
  readonly title: string;
  /** Default: the editor's own label. */
  readonly saveLabel?: string;
  /** The proposed name. */
  readonly name: string;
  /** Label of the file type, and its extension without the leading dot. */
  readonly filter: string;
  readonly extension: string;
}

/** Asks for files. */
export interface FileDialogs<U extends FileUri = FileUri> {
  /** Undefined when the user chose none. */
  open(question: OpenQuestion): PromiseLike<U | undefined>;
  /** Asks where to save, then writes `content` there; undefined when the user cancels. `writing`: shows progress. */
  save(
    question: SaveQuestion,
    content: () => Promise<Uint8Array>,
    writing?: (name: string) => string,
  ): Promise<FileUri | undefined>;
}
