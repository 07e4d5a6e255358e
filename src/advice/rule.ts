/** What a rule is and what it may look at. One rule = one file under rules/, and one line in rules/index.ts. */
import type { Clients } from './clients/types';
import type { Controllers } from './controllers/types';
import type { Instrumentation } from './instrumentation';
import type { GoFile } from './go/file';
import type { GoPackage } from './go/package';
import type { Module } from './modules/types';
import type { Finding, Measured } from './types';

export interface GoContext {
  readonly file: GoFile;
  readonly pkg: GoPackage;
  readonly module: Module;
  /** Clients' configs of the package and what becomes of them; worked out at the first look. */
  readonly clients: Clients;
  /** Managers, controllers and workers of the package. */
  readonly controllers: Controllers;
  readonly measured: Measured | undefined;
}

export interface GoRule {
  /** Kebab case; the diagnostic's code. */
  readonly id: string;
  /** Sentence case, a few words. */
  readonly title: string;
  /**
   * Markdown: what it means, since which version, where that is known from. The hover and the README's section show
   * this text.
   */
  readonly explains: string;
  /** Findings in `file` alone. Edits may go to other files of the package. Never called for test or generated files. */
  check(context: GoContext): Iterable<Finding>;
  /**
   * What is left of the findings when imported packages of the same module have this instrumentation. Only for rules
   * that look at it: reading those packages takes time, so it is called once, after a `check` that found something.
   */
  afterImports?(found: readonly Finding[], imported: Instrumentation, context: GoContext): Iterable<Finding>;
}
