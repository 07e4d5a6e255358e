/** All rules on one file of a parsed package. */
import { clientsOf, controllersOf } from './readers';
import type { Clients } from './clients/types';
import type { Controllers } from './controllers/types';
import type { Elsewhere } from './elsewhere';
import type { GoFile } from './go/file';
import type { Grammar } from './go/grammar';
import type { GoPackage } from './go/package';
import type { Module } from './modules/types';
import type { GoContext } from './rule';
import { GO_RULES } from './rules/index';
import type { Slices } from './slices';
import { byFile, sound } from './sound';
import type { FileReport, Finding, Measured, SetUp, Span } from './types';

export interface GoJob {
  readonly file: GoFile;
  readonly pkg: GoPackage;
  readonly module: Module;
  readonly measured: Measured | undefined;
  readonly grammar: Grammar;
  readonly slices: Slices;
  /** A file that is not of the package; undefined: it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** What other packages set up; asked at most once, and only when a rule that looks at it would speak. */
  elsewhere(): Promise<Elsewhere>;
  /** Resolves names that other packages declare; true when the package is to be read again with what was found. */
  resolveLookups(): Promise<boolean>;
  /** A rule threw: the others go on. */
  failed(rule: string, e: unknown): void;
}

/** Readings of a package after the first: what was resolved may need another lookup, and no more than this are followed. */
const ROUNDS = 2;

export async function goReport(job: GoJob): Promise<FileReport> {
  const { file, pkg, slices } = job;
  let elsewhere: Elsewhere | undefined;
  let asked = false;
  const elsewhereOf = (): Elsewhere | undefined => {
    asked = true;
    return elsewhere;
  };
  let context = contextOf(job, elsewhereOf);
  const setUpsOf = (): SetUp[] => [...context.clients.setUps(file), ...context.controllers.setUps(file)];
  const broken = brokenSpans(file);
  const whole = <T extends Span>(list: readonly T[]): T[] =>
    list.filter((s) => broken.every((b) => s.end <= b.start || s.start >= b.end));
  const attempt = <T>(name: string, work: () => readonly T[]): readonly T[] => {
    try {
      return work();
    } catch (e) {
      job.failed(name, e);
      return [];
    }
  };
  const found: Finding[] = [];
  let setUps: readonly SetUp[] = [];
  for (let round = 0; ; round++) {
    // Each its own piece: these two read the whole package.
    attempt('clients', () => context.clients.configs);
    await slices.next();
    attempt('controllers', () => context.controllers.controllers);
    setUps = attempt('set-ups', setUpsOf);
    if (round === ROUNDS || !(await job.resolveLookups())) break;
    forgetWork(pkg);
    context = contextOf(job, elsewhereOf);
  }
  for (const rule of GO_RULES) {
    await slices.next();
    asked = false;
    let list = attempt(rule.id, () => [...rule.check(context)]);
    // Other packages take time to read: not for a rule that is silent anyway.
    if (asked && elsewhere === undefined && list.length > 0) {
      elsewhere = await job.elsewhere();
      list = attempt(rule.id, () => [...rule.check(context)]);
    }
    found.push(...whole(list));
  }
  await slices.next();
  const go = new Map(pkg.files.map((f) => [f.path, f]));
  const others = new Map<string, string | null>();
  for (const path of found.flatMap((f) => f.fixes.flatMap((fix) => [...byFile(fix, file.path).keys()]))) {
    if (!go.has(path) && !others.has(path)) others.set(path, (await job.read(path)) ?? null);
  }
  const findings: Finding[] = [];
  for (const finding of found) {
    await slices.next();
    findings.push(
      ...sound([finding], { path: file.path, grammar: job.grammar, go: (p) => go.get(p), text: (p) => others.get(p) }),
    );
  }
  findings.sort((a, b) => a.start - b.start || a.end - b.end);
  return { file: file.path, findings, setUps: whole(setUps).sort((a, b) => a.start - b.start) };
}

/** What was worked out of a package with a module's versions, for all its files. */
const worked = new WeakMap<GoPackage, { readonly module: Module; clients?: Clients; controllers?: Controllers }>();

/** What is worked out of the package anew when it is looked at next. */
export function forgetWork(pkg: GoPackage): void {
  worked.delete(pkg);
}

function contextOf({ file, pkg, module, measured }: GoJob, elsewhere: () => Elsewhere | undefined): GoContext {
  let known = worked.get(pkg);
  if (known?.module !== module) worked.set(pkg, (known = { module }));
  const facts = known;
  return {
    file,
    pkg,
    module,
    measured,
    get elsewhere(): Elsewhere | undefined {
      return elsewhere();
    },
    get clients(): Clients {
      return (facts.clients ??= clientsOf(pkg, module));
    },
    get controllers(): Controllers {
      return (facts.controllers ??= controllersOf(pkg, module));
    },
  };
}

/** Declarations that do not parse: nothing is said of what stands in them. */
function brokenSpans(file: GoFile): Span[] {
  if (!file.root.hasError) return [];
  const spans: Span[] = [];
  for (const node of file.root.children)
    if (node !== null && (node.hasError || node.isError || node.isMissing)) spans.push(file.span(node));
  return spans;
}
