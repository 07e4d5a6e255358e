/** All rules on one file of a parsed package. */
import { clientsOf } from './clients/index';
import { controllersOf } from './controllers/index';
import type { Clients } from './clients/types';
import type { Controllers } from './controllers/types';
import type { GoFile } from './go/file';
import type { Grammar } from './go/grammar';
import type { GoPackage } from './go/package';
import type { Instrumentation } from './instrumentation';
import type { Module } from './modules/types';
import type { GoContext } from './rule';
import { GO_RULES } from './rules/index';
import type { Slices } from './slices';
import { checkFixes } from './checkFixes';
import { editsByFile } from './text';
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
  /** What imported packages instrument; called at most once, and only when a rule that looks at it found something. */
  instrumentation(): Promise<Instrumentation>;
  /** Resolves names that other packages declare; true when the package is to be read again with what was found. */
  resolveLookups(): Promise<boolean>;
  /** A rule threw: the others go on. */
  failed(rule: string, e: unknown): void;
}

/**
 * Readings of a package after the first: what was resolved may need another lookup, and no more than this are followed.
 */
const ROUNDS = 2;

export async function goReport(job: GoJob): Promise<FileReport> {
  const { file } = job;
  const { context, setUps } = await readPackage(job);
  const broken = brokenSpans(file);
  const whole = <T extends Span>(list: readonly T[]): T[] =>
    list.filter((s) => broken.every((b) => s.end <= b.start || s.start >= b.end));
  const found = whole(await applyRules(job, context));
  const findings = await withSoundFixes(job, found);
  findings.sort((a, b) => a.start - b.start || a.end - b.end);
  return { file: file.path, findings, setUps: whole(setUps).sort((a, b) => a.start - b.start) };
}

/** Reads what the package sets up, again with what other packages declare where that is needed. */
async function readPackage(job: GoJob): Promise<{ context: GoContext; setUps: readonly SetUp[] }> {
  const { file, pkg, slices } = job;
  for (let round = 0; ; round++) {
    const context = contextOf(job);
    // Each its own piece: these two read the whole package.
    attempt(job, 'clients', () => context.clients.configs);
    await slices.next();
    attempt(job, 'controllers', () => context.controllers.controllers);
    const setUps = attempt(job, 'set-ups', () => [
      ...context.clients.setUps(file),
      ...context.controllers.setUps(file),
    ]);
    if (round === ROUNDS || !(await job.resolveLookups())) return { context, setUps };
    forgetReading(pkg);
  }
}

async function applyRules(job: GoJob, context: GoContext): Promise<Finding[]> {
  const all: Finding[] = [];
  let imported: Instrumentation | undefined;
  for (const rule of GO_RULES) {
    await job.slices.next();
    let found = attempt(job, rule.id, () => [...rule.check(context)]);
    if (rule.afterImports !== undefined && found.length > 0) {
      const instrumentation = (imported ??= await job.instrumentation());
      const own = found;
      found = attempt(job, rule.id, () => [...(rule.afterImports?.(own, instrumentation, context) ?? own)]);
    }
    all.push(...found);
  }
  await job.slices.next();
  return all;
}

/** What `work` gives, or nothing when it throws, which is told. */
function attempt<T>(job: GoJob, name: string, work: () => readonly T[]): readonly T[] {
  try {
    return work();
  } catch (e) {
    job.failed(name, e);
    return [];
  }
}

/** The findings, with only the fixes whose results parse. */
async function withSoundFixes(job: GoJob, found: readonly Finding[]): Promise<Finding[]> {
  const { file, pkg, grammar, slices } = job;
  const go = new Map(pkg.files.map((f) => [f.path, f]));
  const others = new Map<string, string | null>();
  for (const path of found.flatMap((f) => f.fixes.flatMap((fix) => [...editsByFile(fix, file.path).keys()]))) {
    if (!go.has(path) && !others.has(path)) others.set(path, (await job.read(path)) ?? null);
  }
  const findings: Finding[] = [];
  for (const finding of found) {
    await slices.next();
    findings.push(
      ...checkFixes([finding], { path: file.path, grammar, go: (p) => go.get(p), text: (p) => others.get(p) }),
    );
  }
  return findings;
}

/** What was read of a package with a module's versions, for the reports of all its files. */
const readings = new WeakMap<GoPackage, { readonly module: Module; clients?: Clients; controllers?: Controllers }>();

/** The package is read anew for the next report. */
export function forgetReading(pkg: GoPackage): void {
  readings.delete(pkg);
}

function contextOf({ file, pkg, module, measured }: GoJob): GoContext {
  let known = readings.get(pkg);
  if (known?.module !== module) readings.set(pkg, (known = { module }));
  const reading = known;
  return {
    file,
    pkg,
    module,
    measured,
    // Read at the first use: when a reader fails, the rules that do without it still work.
    get clients(): Clients {
      return (reading.clients ??= clientsOf(pkg, module));
    },
    get controllers(): Controllers {
      return (reading.controllers ??= controllersOf(pkg, module));
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
