/**
 * The languages of sources, one entry each. A new one is an entry here, what makes a text relevant (a file
 * `relevant.ts` without imports), its reader in analyzer.ts and the check of its fixes in checkFixes.ts: both fail to
 * compile until they know it. This file loads no reader: the extension's start asks it of every text that is opened.
 */
import { isRelevantGo, isRelevantModFile } from './go/relevant';
import { nameOf } from './paths';
import { isRelevantYaml } from './yaml/relevant';

export type LanguageName = 'go' | 'go.mod' | 'yaml';

export interface Language {
  readonly name: LanguageName;
  /** The editor's identifiers of texts that get hints; package.json activates the extension on the same. */
  readonly editorIds: readonly string[];
  /** Names of its files. */
  readonly files: RegExp;
  /** Names of files in which nothing is ever found. */
  readonly ignored?: RegExp;
  /** Names of files that a review of a folder reads. */
  readonly reviewed: RegExp;
  /** Names of files whose changes on the disk matter, as glob patterns. */
  readonly watched: readonly string[];
  /**
   * What a measurement holds for: the program that the file's module builds, or the file, which configures a program.
   */
  readonly measured: 'program' | 'file';
  /** False for a text that surely holds nothing to look at, by expressions alone. */
  isRelevant(text: string): boolean;
}

const GO: Language = {
  name: 'go',
  editorIds: ['go'],
  files: /\.go$/,
  ignored: /_test\.go$/,
  reviewed: /\.go$/,
  watched: ['*.go'],
  measured: 'program',
  isRelevant: isRelevantGo,
};

/** Manifests, component configurations, Helm values and templates. */
const YAML: Language = {
  name: 'yaml',
  editorIds: ['yaml', 'helm'],
  files: /\.(ya?ml|tpl)$/,
  reviewed: /\.ya?ml$/,
  watched: ['*.yaml', '*.yml'],
  measured: 'file',
  isRelevant: isRelevantYaml,
};

/** What is found in a go.mod is shown by a review alone. The other files state versions too. */
const GO_MOD: Language = {
  name: 'go.mod',
  editorIds: [],
  files: /^go\.mod$/,
  reviewed: /^go\.mod$/,
  watched: ['go.mod', 'go.work', 'modules.txt'],
  measured: 'file',
  isRelevant: isRelevantModFile,
};

export const LANGUAGES: readonly Language[] = [GO, YAML, GO_MOD];

/** The language of a file by its name; undefined: it is none of these. */
export function languageOf(path: string): Language | undefined {
  const name = nameOf(path);
  return LANGUAGES.find((l) => l.files.test(name));
}

/** True when something may be found in a file of this name. */
export function isSource(path: string): boolean {
  const language = languageOf(path);
  return language !== undefined && language.ignored?.test(nameOf(path)) !== true;
}

/** Whether a text is worth a look. */
export function isRelevantText(text: string, path: string): boolean {
  return isSource(path) && languageOf(path)?.isRelevant(text) === true;
}
