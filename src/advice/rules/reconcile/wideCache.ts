/** All objects of a large kind are watched and kept, for a few of them. */
import { kindOf } from '../../controllers/builders';
import type { Controller, Link, Manager } from '../../controllers/types';
import type { GoFile } from '../../go/file';
import type { Node } from '../../go/grammar';
import type { GoPackage } from '../../go/package';
import type { GoRule } from '../../rule';
import type { Finding } from '../../types';

const CORE = 'k8s.io/api/core/v1';
/** Kinds of which a cluster has thousands, or whose objects are large. */
const LARGE: Readonly<Record<string, string>> = {
  Secret: 'Secrets',
  ConfigMap: 'ConfigMaps',
  Pod: 'Pods',
  Event: 'Events',
  Node: 'Nodes',
};
/** Cache options that may narrow what is watched, as the versions have called them. */
const NARROWS = [
  'ByObject',
  'DefaultLabelSelector',
  'DefaultFieldSelector',
  'DefaultNamespaces',
  'Namespaces',
  'Namespace',
  'SelectorsByObject',
  'DefaultSelector',
];

export const WIDE_CACHE: GoRule = {
  id: 'wide-cache',
  title: 'All objects of a large kind in the cache',
  explains:
    'A watch by `Owns`, `Watches` or an informer keeps **every** object of the kind in memory, of all ' +
    'namespaces, also when the handler or a predicate drops most of them: predicates work on what is already ' +
    "there. Of Secrets, ConfigMaps, Pods, Events and Nodes that is often most of a controller's memory, and each " +
    'change of them wakes it. Narrow the cache by `cache.Options{ByObject: ' +
    'map[client.Object]cache.ByObject{&corev1.Secret{}: {Label: …}}}` (v0.15.0 and later; `SelectorsByObject` ' +
    'before), keep only metadata with `builder.OnlyMetadata`, or give the informer factory a selector with ' +
    '`informers.WithTweakListOptions`. No fix is offered: which objects matter is not in the text.',
  *check({ file, pkg, controllers }) {
    for (const c of controllers.controllers) if (c.file === file && !narrowed(c.manager)) yield* ofController(c, file);
    if (controllers.loops.length > 0 || file.importsAny('k8s.io/client-go/informers')) yield* ofFactory(file, pkg);
  },
};

function narrowed(manager: Manager | undefined): boolean {
  if (manager === undefined) return false;
  const fields = manager.read.fields;
  if (!manager.read.known || fields.has('NewCache') || fields.has('Namespace')) return true;
  // Options by object may leave this kind open, but whoever wrote them thought about it.
  return (
    [...fields.keys()].some((k) => NARROWS.some((n) => k.startsWith(`Cache.${n}`))) ||
    (fields.get('Cache') !== undefined && cacheNarrows(manager))
  );
}

function cacheNarrows(manager: Manager): boolean {
  const value = manager.read.fields.get('Cache');
  if (value === undefined) return false;
  const literal = value.file.literal(value.value);
  return literal === undefined || NARROWS.some((n) => literal.fields.has(n));
}

function* ofController(c: Controller, file: GoFile): Iterable<Finding> {
  const reported = new Set<string>();
  for (const link of c.links) {
    if (
      !['Owns', 'Watches', 'WatchesRawSource'].includes(link.name) ||
      /OnlyMetadata/.test(link.node.text.slice(link.field.startIndex - link.node.startIndex))
    )
      continue;
    const object = watched(link, file);
    const kind = object === undefined ? undefined : kindOf(object, file);
    const many = kind?.pkg === CORE ? LARGE[kind.name] : undefined;
    if (object === undefined || many === undefined || reported.has(many)) continue;
    reported.add(many);
    const open = c.manager === undefined ? ', unless the cache options of the manager narrow it' : '';
    yield {
      rule: WIDE_CACHE.id,
      severity: 'hint',
      ...file.span(object),
      message: `All ${many} of the cluster are watched and kept in memory for this${open}.`,
      fixes: [],
    };
  }
}

/**
 * The object of `Owns(&T{})`, `Watches(&source.Kind{Type: &T{}}, …)`, `WatchesRawSource(source.Kind(cache, &T{}, …))`.
 */
function watched(link: Link, file: GoFile): Node | undefined {
  const first = link.args[0];
  if (first === undefined) return undefined;
  if (first.type === 'call_expression') {
    const call = file.call(first);
    return call.name === 'Kind' ? call.args[1] : undefined;
  }
  const inner = first.type === 'unary_expression' ? first.childForFieldName('operand') : null;
  const literal = inner?.type === 'composite_literal' ? file.literal(inner) : undefined;
  return literal?.name === 'Kind' && literal.pkg.endsWith('/pkg/source') ? literal.fields.get('Type')?.value : first;
}

/** `factory.Core().V1().Secrets()` of a factory without a selector. */
function* ofFactory(file: GoFile, pkg: GoPackage): Iterable<Finding> {
  const made = pkg.files.flatMap((f) =>
    f.calls.filter((c) => c.pkg === 'k8s.io/client-go/informers' && c.name.startsWith('NewSharedInformerFactory')),
  );
  const open = made.filter(
    (c) =>
      c.name === 'NewSharedInformerFactory' || !/WithTweakListOptions|WithNamespace|WithTransform/.test(c.node.text),
  );
  // Which factory a call is of can't be reported when there are several kinds of them.
  if (
    made.length === 0 ||
    open.length !== made.length ||
    made.some((c) => c.name === 'NewFilteredSharedInformerFactory')
  )
    return;
  const reported = new Set<string>();
  for (const call of file.calls) {
    if (!Object.values(LARGE).includes(call.name) || call.args.length > 0 || reported.has(call.name)) continue;
    if (call.on === undefined || !/\.Core\(\)\.V1\(\)$/.test(call.on.text)) continue;
    reported.add(call.name);
    const fun = call.node.childForFieldName('function');
    const name = fun?.childForFieldName('field') ?? call.node;
    yield {
      rule: WIDE_CACHE.id,
      severity: 'hint',
      ...file.span(name),
      message:
        `All ${call.name} of the cluster are watched and kept in memory: the informer factory has no selector ` +
        'and no namespace.',
      fixes: [],
    };
  }
}
