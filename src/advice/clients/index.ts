/** Reads a package's client configurations: where each is made, what is set on it, and what is built from it. */
import { reaches } from '../go/flow';
import { parts, type Node } from '../go/grammar';
import type { GoPackage } from '../go/package';
import type { Module } from '../modules/types';
import type { Effective } from '../types';
import { effectiveOf } from './effective';
import type { Origin } from './origins';
import { setUpsOf } from './setups';
import { States, type SetEvent, type State, type UseEvent } from './state';
import type { Clients, Config, Use } from './types';

export function clientsOf(pkg: GoPackage, module: Module): Clients {
  const states = new States(pkg, module);
  const configs = [...states.tracer.origins].map((origin) => configOf(origin, states, module));
  configs.sort((a, b) =>
    a.file === b.file ? a.origin.startIndex - b.origin.startIndex : a.file.path < b.file.path ? -1 : 1,
  );
  return { configs, setUps: (file) => setUpsOf(configs, file, module) };
}

function configOf(origin: Origin, states: States, module: Module): Config {
  const { file, func, node } = origin;
  const uses = states.uses
    .filter((u) => u.refs.some((r) => r.origin === origin))
    .sort((a, b) => (a.file === b.file ? a.node.startIndex - b.node.startIndex : a.file === file ? -1 : 1));
  const events = states.sets.filter((e) => e.refs.some((r) => r.origin === origin));
  const escape = states.escapes.find((e) => e.refs.some((r) => r.origin === origin));
  const built = uses.map((u) => ({ u, ...useOf(u, origin, states, module, events) }));
  const last = states.at({ file, func, node: end(func), ref: { origin, anchors: [], shared: true } });
  // What the first client gets; without any, what is set by the end of the function.
  const state = built[0]?.own ?? last;
  const sets = [
    ...(['QPS', 'Burst', 'RateLimiter'] as const).flatMap((field): Config['sets'] => {
      const f = node.type === 'composite_literal' ? file.literal(node)?.fields.get(field) : undefined;
      return f === undefined
        ? []
        : [{ ...states.setAt({ file, func, node: f.element, value: f.value, compound: false }), field, sure: true }];
    }),
    ...events.map((e) => ({
      ...states.setAt(e),
      field: e.field,
      sure: sure(
        e,
        built.map((b) => b.u),
        origin,
        states,
      ),
    })),
  ];
  const held = variableOf(node);
  const others = [...states.tracer.origins]
    .filter((s) => s !== origin && uses.some((u) => u.refs.some((r) => r.origin === s)))
    .map((s) => s.node);
  return {
    file,
    func: file.funcs.find((f) => f.node.id === func.id),
    origin: node,
    kind: origin.kind,
    variable: held,
    qps: state.qps.by,
    burst: state.burst.by,
    rateLimiter: state.limiter.by,
    uses: built.map((b) => b.use),
    effective: built[0]?.use.effective ?? effectiveOf(state, origin.kind, module, file),
    fails: origin.fails,
    copy: origin.copies !== undefined,
    copied: (origin.copies ?? []).map((r) => r.origin.node),
    others,
    sets,
    escapes: escape?.node,
    setByImport: origin.imported?.qps.where !== undefined || origin.imported?.burst.where !== undefined,
  };
}

function useOf(
  u: UseEvent,
  origin: Origin,
  states: States,
  module: Module,
  events: readonly SetEvent[],
): { use: Use; own: State } {
  const each = u.refs.map((ref) => ({ ref, state: states.at({ file: u.file, func: u.func, node: u.node, ref }) }));
  const limits = each.map(({ ref, state }) => ({
    ref,
    effective: effectiveOf(state, ref.origin.kind, module, origin.file, u.built),
  }));
  const [first] = limits;
  const own = each.find((e) => e.ref.origin === origin)?.state ?? each[0]?.state;
  if (first === undefined || own === undefined) throw new Error('a use without a configuration');
  const same = limits.every(
    (l) => l.effective.qps === first.effective.qps && l.effective.burst === first.effective.burst,
  );
  const effective: Effective = same
    ? (limits.find((l) => l.ref.origin === origin) ?? first).effective
    : { qps: undefined, burst: undefined, because: 'it depends on which configuration is taken' };
  // Set behind this client, where nothing that is built later is told.
  const ref = refOf(u, origin);
  const places = [{ file: u.file, func: u.func, node: u.node }, ...ref.anchors];
  const late = events.filter(
    (e) =>
      states.happened(e, { file: u.file, func: u.func, node: u.node, ref }, origin, 2) === 'never' &&
      places.some(
        (p) =>
          p.file === e.file &&
          p.func.id === e.func.id &&
          e.node.startIndex > p.node.endIndex &&
          reaches(p.node, e.node) !== 'never',
      ),
  );
  return {
    use: {
      call: u.node,
      makes: u.built.makes,
      effective,
      tooLate: late.map((e) => states.setAt(e)),
      file: u.file,
      limiters: u.built.limiters,
    },
    own,
  };
}

function refOf(u: UseEvent, origin: Origin): UseEvent['refs'][number] {
  return u.refs.find((r) => r.origin === origin) ?? { origin, anchors: [], shared: false };
}

/** True when the assignment is not in a branch that some client may be built without. */
function sure(e: SetEvent, uses: readonly UseEvent[], origin: Origin, states: States): boolean {
  return uses.every(
    (u) =>
      states.happened(e, { file: u.file, func: u.func, node: u.node, ref: refOf(u, origin) }, origin, 2) !== 'maybe',
  );
}

/** The bracket that closes a function, which all of its statements stand ahead of. */
function end(func: Node): Node {
  return func.childForFieldName('body')?.lastChild ?? func;
}

/** The variable that an origin is put into: `cfg` of `cfg, err := …`, `cfg = …`, `var cfg = &…`. */
export function variableOf(origin: Node): string | undefined {
  let n: Node = origin;
  while (n.parent !== null && (n.parent.type === 'unary_expression' || n.parent.type === 'parenthesized_expression'))
    n = n.parent;
  const list = n.parent;
  if (origin.type === 'parameter_declaration' || origin.type === 'var_spec')
    return origin.childForFieldName('name')?.text;
  if (list?.type !== 'expression_list' || list.parent === null) return undefined;
  const statement = list.parent;
  const index = parts(list).findIndex((p) => p.id === n.id);
  if (statement.type === 'var_spec') return statement.childrenForFieldName('name')[index]?.text;
  if (statement.type !== 'short_var_declaration' && statement.type !== 'assignment_statement') return undefined;
  const left = statement.childForFieldName('left');
  const name = left === null || statement.childForFieldName('right')?.id !== list.id ? undefined : parts(left)[index];
  return name?.type === 'identifier' && name.text !== '_' ? name.text : undefined;
}
