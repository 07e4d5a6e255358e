/** pprof is served, but two of its profiles stay empty until their sampling is switched on. */
import { statementOf } from '../../go/statements';
import type { Node } from '../../go/grammar';
import type { GoFile } from '../../go/file';
import type { GoContext, GoRule } from '../../rule';
import type { Instrumentation } from '../../instrumentation';
import type { Finding, Fix, Span } from '../../types';
import { above, firstManager, importingFree, startOfMain } from './places';
import { callsRuntime, pprofImport } from './ownInstrumentation';

const ID = 'profile-rates';
const FIELD = 'PprofBindAddress';

/** A sample for each 10 µs of waiting, and one contention of ten: little enough to leave on. */
const BLOCK = {
  call: 'SetBlockProfileRate',
  value: '10_000',
  title: 'Sample what blocks: runtime.SetBlockProfileRate(10_000), one sample per 10 µs of waiting',
} as const;
const MUTEX = {
  call: 'SetMutexProfileFraction',
  value: '10',
  title: 'Sample contended locks: runtime.SetMutexProfileFraction(10), one contention of ten',
} as const;

export const profileRates: GoRule = {
  id: ID,
  title: 'Block and mutex profiles stay empty',
  explains:
    `\`/debug/pprof/block\` and \`/debug/pprof/mutex\` are served as soon as pprof is, but Go records nothing ` +
    `for them until the program calls \`runtime.SetBlockProfileRate\` (nanoseconds of waiting per sample; 0, the ` +
    `default: off) and \`runtime.SetMutexProfileFraction\` (one contention of so many; 0, the default: off). ` +
    'Sampling costs some CPU time: a rate of 1 records every event.',
  check: (context) => emptyProfiles(context, {}),
  afterImports: (_, imported, context) => emptyProfiles(context, imported),
};

/** `imported`: the sampling that imported packages switch on. */
function* emptyProfiles(
  context: GoContext,
  imported: Partial<Pick<Instrumentation, 'blockProfile' | 'mutexProfile'>>,
): Generator<Finding> {
  const { pkg } = context;
  const at = place(context);
  if (at === undefined) return;
  const missing = [
    ...(callsRuntime(pkg, BLOCK.call) || imported.blockProfile !== undefined ? [] : [BLOCK]),
    ...(callsRuntime(pkg, MUTEX.call) || imported.mutexProfile !== undefined ? [] : [MUTEX]),
  ];
  if (missing.length === 0) return;
  const fixes = missing.flatMap((rate): Fix[] => {
    const { name, edits } = importingFree(at.file, pkg, at.within, 'runtime', 'runtime', 'goruntime');
    const put = above(at.file, at.statement, [`${name}.${rate.call}(${rate.value})`]);
    if (put === undefined) return [];
    const start = put.text.indexOf(rate.value);
    return [
      {
        id: rate === BLOCK ? 'block' : 'mutex',
        title: rate.title,
        edits: [...edits, { ...put, stops: [{ start, end: start + rate.value.length }] }],
      },
    ];
  });
  // It is here for its fixes: without one there is nothing to say.
  if (fixes.length === 0) return;
  const names = missing.map((rate) => (rate === BLOCK ? 'block' : 'mutex')).join(' and ');
  yield {
    rule: ID,
    severity: 'hint',
    message: `Profiles are served, but those of ${names} stay empty: their sampling is off by default.`,
    start: at.start,
    end: at.end,
    fixes,
  };
}

/** Where pprof is switched on in this file, and the statement ahead of which sampling would be. */
function place({
  file,
  pkg,
  controllers,
}: GoContext): (Span & { readonly file: GoFile; readonly statement: Node; readonly within: Node }) | undefined {
  const manager = firstManager(
    controllers.managers.filter((m) => {
      const field = m.read.fields.get(FIELD);
      return field !== undefined && !/^"0?"$/.test(field.value.text);
    }),
  );
  const served = pprofImport(pkg);
  if (manager !== undefined) {
    const field = manager.read.fields.get(FIELD);
    const statement = statementOf(manager.call);
    if (manager.file !== file || field === undefined || statement === undefined || manager.func === undefined)
      return undefined;
    return {
      ...(field.file === file ? file.span(field.value) : file.span(manager.call)),
      file,
      statement,
      within: manager.func.node,
    };
  }
  const start = startOfMain(pkg);
  if (served?.path !== 'net/http/pprof' || start?.file !== file) return undefined;
  // Served by another file of the package: it is said at main, where sampling would begin.
  const main = pkg.func('main')?.func.node.childForFieldName('name');
  const node = served.file === file ? served.node : main;
  return node === null || node === undefined
    ? undefined
    : { ...file.span(node), file, statement: start.statement, within: start.body };
}
