/**
 * What the active profile says of the texts that are open: asked of its thread when the first one needs it, placed at
 * each edit.
 */
import * as fs from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Located } from '../../lines/locate';
import { slashes } from '../../lines/modules';
import { baseOf, place, type Base, type FileValues, type Placed } from '../../lines/place';
import { valuesOf } from '../../lines/values';
import type { Whole } from '../../lines/words';
import type { OpenProfile } from '../../profile/types';
import type { Looking } from '../../app/pages/active';
import type { GoSources } from '../../app/pages/goSources';

export interface Shown {
  readonly placed: Placed;
  readonly whole: Whole;
  /** What makes the lines doubtful; '' when nothing does. */
  readonly note: string;
}

/** Why a text has no values. */
export interface Nothing {
  readonly why: string;
}

/**
 * Texts as they were when values were first placed in them, by path; of each profile its own: another was built of
 * another text.
 */
const bases = new WeakMap<OpenProfile, Map<string, Promise<Base>>>();

interface Asked {
  readonly files: ReadonlyMap<string, FileValues>;
  readonly ids: ReadonlyMap<string, number>;
  readonly whole: Whole;
}

export class ProfileValues {
  #asked: Promise<Asked> | undefined;
  readonly #shown = new WeakMap<
    vscode.TextDocument,
    { readonly version: number; readonly shown: Promise<Shown | Nothing> }
  >();

  constructor(
    readonly profile: OpenProfile,
    readonly looking: Looking,
    private readonly sources: GoSources,
  ) {}

  get unit(): string {
    return this.profile.summary.sampleTypes[this.looking.sampleType]?.unit ?? '';
  }

  /** Rejects when the profile was closed meanwhile. */
  of(document: vscode.TextDocument): Promise<Shown | Nothing> {
    const known = this.#shown.get(document);
    if (known?.version === document.version) return known.shown;
    const shown = this.#place(document);
    this.#shown.set(document, { version: document.version, shown });
    return shown;
  }

  /** Id that questions about callers take; undefined for a function that the profile doesn't have. */
  async id(name: string): Promise<number | undefined> {
    return (await this.#ask()).ids.get(name);
  }

  /** Files of the workspace with values, the hottest first, each with the path that the profile has for it. */
  async hottest(): Promise<readonly vscode.Uri[]> {
    const { files } = await this.#ask();
    const weight = (f: FileValues): number => Math.max(0, ...[...f.lines.values()].map((v) => Math.abs(v.flat)));
    const locator = await this.sources.of(this.profile);
    const found: vscode.Uri[] = [];
    for (const [file] of [...files].sort((a, b) => weight(b[1]) - weight(a[1]))) {
      const at = await locator.locate(file);
      if (!('file' in at)) continue;
      const uri = vscode.Uri.file(at.file);
      if (vscode.workspace.getWorkspaceFolder(uri)) found.push(uri);
      if (found.length >= MOST_FILES) break;
    }
    return found;
  }

  #ask(): Promise<Asked> {
    const {
      profile,
      looking: { sampleType, part },
    } = this;
    // Lines are of functions whatever the page counts by.
    const query = { sampleType, ...(part && { part: { ...part, granularity: 'functions' as const } }) };
    return (this.#asked ??= Promise.all([profile.top(query), profile.lines(query)]).then(([top, lines]) => ({
      files: valuesOf(top, lines),
      ids: new Map(top.names.map((name, i) => [name, top.id[i] ?? 0])),
      whole: { total: top.total, unit: this.unit },
    })));
  }

  async #place(document: vscode.TextDocument): Promise<Shown | Nothing> {
    const { files, whole } = await this.#ask();
    const path = slashes(document.uri.fsPath);
    const base = path.slice(path.lastIndexOf('/') + 1);
    const named = [...files.keys()].filter((f) => f === base || f.endsWith(`/${base}`) || f.endsWith(`\\${base}`));
    if (named.length === 0)
      return {
        why:
          `The profile has no file ${base}: nothing of it was on a stack, or all of it was inlined and left no ` +
          'line.',
      };
    const locator = await this.sources.of(this.profile);
    const located = await Promise.all(named.map(async (file) => ({ file, at: await locator.locate(file) })));
    const mine = located
      .filter(({ at }) => 'file' in at && at.file === path)
      .flatMap(({ file }) => files.get(file) ?? []);
    if (mine.length === 0) return { why: notMine(path, located) };
    const placed = place(mine, await this.#base(document, path), document.getText());
    return { placed, whole, note: noteOf(placed, await this.#savedSince(path)) };
  }

  #base(document: vscode.TextDocument, path: string): Promise<Base> {
    const known = bases.get(this.profile) ?? new Map<string, Promise<Base>>();
    bases.set(this.profile, known);
    let base = known.get(path);
    // What was typed and not saved is no part of any build.
    if (!base)
      known.set(
        path,
        (base = (
          document.isDirty
            ? fs.readFile(path, 'utf8').catch(() => document.getText())
            : Promise.resolve(document.getText())
        ).then(baseOf)),
      );
    return base;
  }

  async #savedSince(path: string): Promise<boolean> {
    const { timeMillis } = this.profile.summary;
    if (timeMillis === 0) return false;
    const { mtimeMs } = await fs.stat(path).catch(() => ({ mtimeMs: 0 }));
    return mtimeMs > timeMillis;
  }
}

/** Files that are opened for "Next Hot Line" when none is at hand. */
const MOST_FILES = 20;

function noteOf({ moved, gone }: Placed, saved: boolean): string {
  const missing =
    gone.length === 0
      ? ''
      : `${gone.length} of its functions in the profile ${gone.length === 1 ? 'is' : 'are'} not here`;
  if (moved > 0)
    return (
      'Changed since the program was ' +
      `built${missing === '' ? ': values moved along with their functions' : `: ${missing}`}`
    );
  if (missing !== '') return `Not the text that was built: ${missing}`;
  return saved ? 'Saved since the capture: lines inside of functions may be others' : '';
}

function notMine(path: string, located: readonly { readonly file: string; readonly at: Located }[]): string {
  for (const { file, at } of located) {
    const refusal = 'refused' in at ? at.refused.find((r) => r.file === path) : undefined;
    if (refusal) return `${file} of the profile is another file: ${refusal.why}.`;
  }
  const [first] = located;
  const at = first?.at;
  return at && 'file' in at
    ? `${first.file} of the profile is ${at.file}.`
    : `${first?.file} of the profile was not found in the workspace; a rule in the setting ` +
        'controllerTuner.sourcePaths can say where it is.';
}
