/** A controller without pprof can't be profiled where it runs. */
import { RUNTIME } from '../../libraries';
import type { Manager } from '../../controllers/types';
import { addFields } from '../../go/fields';
import { addFlags } from '../../go/flags';
import type { GoFile, Literal } from '../../go/file';
import { parts, type Node } from '../../go/grammar';
import type { GoPackage } from '../../go/package';
import { statementOf } from '../../go/statements';
import { atLeast } from '../../modules/semver';
import type { GoContext, GoRule } from '../../rule';
import type { Edit, Finding, Fix } from '../../types';
import { newFile } from './newFile';
import { above, calleeOf, firstManager, managerVariable, startOfMain, under } from './places';
import { FUNCTION, FUNCTION_FILE, FUNCTION_NAMES, RUNNABLE, RUNNABLE_FILE, RUNNABLE_NAMES } from './pprofServer';
import { isController, pprofImport } from './ownInstrumentation';

const ID = 'pprof';
const FIELD = 'PprofBindAddress';
const LOCAL = '127.0.0.1:6060';
const ANY = ':6060';

export const pprof: GoRule = {
  id: ID,
  title: 'No profiles are served',
  explains: `Go's profiles (CPU, heap, goroutines, blocking) can be taken from a running controller only when it serves \`net/http/pprof\`.

- **controller-runtime from v0.15.0 on** serves it when \`PprofBindAddress\` is set in the manager's options (pkg/manager/manager.go); empty or \`0\` is off.
- **Below v0.15.0** a runnable that the manager starts does the same.
- **Programs on client-go alone** serve it on a mux of their own, not on \`http.DefaultServeMux\`, which other servers of the process may show as well.

\`${LOCAL}\` is reached by port-forward only: whoever may port-forward to the pod may profile. \`${ANY}\` is reached by everything in the cluster that may connect to the pod; profiles need no password and show names, arguments of the command line and what the process is doing.`,
  *check(context) {
    const { file, pkg, controllers } = context;
    if (pprofImport(pkg) !== undefined) return;
    if (controllers.managers.some((m) => m.read.fields.has(FIELD))) return;
    const manager = firstManager(controllers.managers);
    if (manager !== undefined) {
      if (manager.file === file) yield* ofManager(manager, context);
    } else if (isController(pkg, controllers.loops.length)) yield* ofProgram(context);
  },
  afterImports: (found, imported) => (imported.pprof === undefined ? found : []),
};

function* ofManager(manager: Manager, context: GoContext): Generator<Finding> {
  const { file, pkg, module } = context;
  const has = module.facts.has('manager.Options', FIELD);
  // Options that come from elsewhere may have it set there.
  if (has === undefined || !manager.read.known) return;
  const name = `controller-runtime ${module.version(RUNTIME)?.version ?? ''}`.trim();
  const finding = { rule: ID, severity: 'hint', ...calleeOf(manager.call) } as const;
  if (has)
    yield {
      ...finding,
      message: `This manager serves no profiles: ${FIELD} is not set (${name}).`,
      fixes: fieldFixes(manager, context),
    };
  else
    yield {
      ...finding,
      message: `This manager serves no profiles, and ${name} has no option for it (${FIELD} came with v0.15.0).`,
      fixes: runnableFixes(manager, file, pkg, atLeast(module.version(RUNTIME)?.version, 'v0.7.0') === true),
    };
}

function fieldFixes(manager: Manager, { pkg, file }: GoContext): Fix[] {
  const set = (value: string): readonly Edit[] | undefined => setField(manager, value);
  const fixes: Fix[] = [];
  const add = (id: string, title: string, edits: readonly Edit[] | undefined, preferred = false): void => {
    if (edits !== undefined && edits.length > 0) fixes.push({ id, title, edits, ...(preferred && { preferred }) });
  };
  add('local', `Serve profiles on ${LOCAL}, reached by port-forward only`, set(`"${LOCAL}"`), true);
  add('any', `Serve profiles on ${ANY}, reached from the whole cluster`, set(`"${ANY}"`));
  const flag = addFlags(pkg, file, manager.func, manager.call, [
    {
      name: 'pprof-bind-address',
      kind: 'string',
      value: `"${LOCAL}"`,
      help: `The address that serves profiles; 0 turns it off. Default ${LOCAL}, reached by port-forward only.`,
      variable: 'pprofAddr',
    },
  ]);
  const expression = flag?.expressions[0];
  if (flag !== undefined && expression !== undefined && flag.types[0] === 'string') {
    const edits = set(expression);
    add(
      'flag',
      `Serve profiles on the address of a new flag --pprof-bind-address (${flag.library})`,
      edits === undefined ? undefined : [...flag.edits, ...edits],
    );
  }
  return fixes;
}

/** Into the options' literal, or as an assignment to their variable. */
function setField(manager: Manager, value: string): Edit[] | undefined {
  const { read, file, call } = manager;
  const { literal } = read;
  if (literal !== undefined && isOptions(literal)) {
    const edits = addFields(read.file, literal, [{ name: FIELD, value }]);
    return edits?.map((e) => (read.file === file ? e : { ...e, file: read.file.path }));
  }
  const statement = statementOf(call);
  if (
    literal !== undefined ||
    read.expression.type !== 'identifier' ||
    statement === undefined ||
    manager.func === undefined
  )
    return undefined;
  const put = above(file, statement, [`${read.expression.text}.${FIELD} = ${value}`]);
  return put === undefined ? undefined : [put];
}

function isOptions({ pkg, name }: Literal): boolean {
  return name === 'Options' && (pkg === RUNTIME || pkg === `${RUNTIME}/pkg/manager`);
}

/** Below v0.15.0: a runnable in a file of its own, added where the manager has been made. */
function runnableFixes(manager: Manager, file: GoFile, pkg: GoPackage, contexts: boolean): Fix[] {
  const made = managerVariable(manager);
  const handled = made === undefined ? undefined : handling(made.check);
  if (!contexts || made === undefined || handled === undefined || taken(pkg, RUNNABLE_NAMES)) return [];
  return [
    [LOCAL, 'local', 'port-forward only'],
    [ANY, 'any', 'the whole cluster'],
  ].flatMap(([addr = '', id = '', reach], i): Fix[] => {
    const put = under(file, made.check, [
      `if err := ${made.name}.Add(&${RUNNABLE}{addr: "${addr}"}); err != nil {`,
      ...handled,
      '}',
    ]);
    return put === undefined
      ? []
      : [
          {
            id,
            title: `Serve profiles on ${addr}, reached ${i === 0 ? 'by' : 'from'} ${reach}: add pprof.go`,
            edits: [put, newFile(pkg, file, 'pprof', RUNNABLE_FILE)],
            ...(i === 0 && { preferred: true }),
          },
        ];
  });
}

/** What the program does with an error of the manager, told of pprof; undefined when that can't be told apart. */
function handling(check: Node): string[] | undefined {
  const body = check.childForFieldName('consequence');
  const condition = /([A-Za-z_]\w*)\s*!=\s*nil/.exec(check.childForFieldName('condition')?.text ?? '')?.[1];
  if (body === null || condition !== 'err' || check.childForFieldName('alternative') !== null) return undefined;
  const inner = body.text
    .replaceAll('\r', '')
    .split('\n')
    .slice(1, -1)
    .filter((line) => !/^\s*\/\//.test(line));
  if (inner.length === 0 || !/\b(return|panic|Exit|Fatal\w*)\b/.test(inner.join('\n'))) return undefined;
  const strings = parts(body)
    .flatMap((n) => n.descendantsOfType('interpreted_string_literal'))
    .filter((n) => n !== null);
  // One text tells what failed; with more it can't be known which.
  if (strings.length > 1) return undefined;
  const told = strings[0]?.text;
  const verb = /%[wvs]/.exec(told ?? '')?.[0];
  const base = /^[ \t]*/.exec(inner[0] ?? '')?.[0] ?? '';
  return inner
    .map((line) => `\t${line.startsWith(base) ? line.slice(base.length) : line.trimStart()}`)
    .map((line) =>
      told === undefined
        ? line
        : line.replace(told, () => `"unable to serve profiles${verb === undefined ? '' : `: ${verb}`}"`),
    );
}

function taken(pkg: GoPackage, names: readonly string[]): boolean {
  return (
    names.some((n) => pkg.value(n) !== undefined || pkg.type(n) !== undefined || pkg.func(n) !== undefined) ||
    pkg.files.some((f) => f.named.has(names[0] ?? ''))
  );
}

function* ofProgram({ file, pkg, clients, controllers }: GoContext): Generator<Finding> {
  const start = startOfMain(pkg);
  const config = clients.configs.find(
    (c) => c.file === start?.file && !['envtest', 'parameter', 'unknown'].includes(c.kind),
  );
  // A queue or a watch alone is not yet a process that runs: main is where both come together.
  if (
    start === undefined ||
    start.file !== file ||
    (config === undefined && controllers.loops.length === 0 && !file.importsAny('k8s.io/client-go'))
  )
    return;
  const inMain =
    config !== undefined &&
    config.origin.startIndex > start.body.startIndex &&
    config.origin.endIndex < start.body.endIndex;
  const statement = (inMain ? statementOf(config.origin) : undefined) ?? start.statement;
  const main = pkg.func('main')?.func.node.childForFieldName('name');
  if (main === null || main === undefined) return;
  const fixes = taken(pkg, FUNCTION_NAMES)
    ? []
    : (
        [
          [LOCAL, 'local', 'by port-forward only'],
          [ANY, 'any', 'from the whole cluster'],
        ] as const
      ).flatMap(([addr, id, reach], i): Fix[] => {
        const put = above(file, statement, [`go ${FUNCTION}("${addr}")`]);
        return put === undefined
          ? []
          : [
              {
                id,
                title: `Serve profiles on ${addr}, reached ${reach}: add pprof.go`,
                edits: [put, newFile(pkg, file, 'pprof', FUNCTION_FILE)],
                ...(i === 0 && { preferred: true }),
              },
            ];
      });
  yield {
    rule: ID,
    severity: 'hint',
    message: 'This controller serves no profiles: nothing in the package imports net/http/pprof.',
    ...file.span(main),
    fixes,
  };
}
