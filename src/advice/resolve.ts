/**
 * Resolves the lookups of a package, names that other packages declare: in the folders of its own module where the text
 * says which, and by a language server (gopls) where one runs. Without a server less is known, and nothing else
 * changes.
 */
import { configReturnedBy } from './clients/imported';
import { CONFIG_LOOKUPS } from './clients/origins';
import type { ImportedConfig } from './clients/types';
import type { Lookup, Lookups } from './go/lookups';
import type { Func, GoFile } from './go/file';
import { enclosing, parts, type Node } from './go/grammar';
import type { Declared, GoPackage } from './go/package';
import { VALUE_LOOKUPS, valueOf, valueOfField, valueReturnedBy, type Value } from './go/values';
import type { Module } from './modules/types';
import { below, dirOf, join } from './paths';

/** A place in a text: of a name. */
export interface NamePlace {
  readonly path: string;
  readonly offset: number;
}

/** What a language server knows. Each answers undefined for what it does not know, or not soon enough. */
export interface LanguageServer {
  /** Where the name at this place is declared. `text`: what the offset is of. */
  definition(at: NamePlace, text: string): Promise<NamePlace | undefined>;
  /** All places in the workspace that name what is declared here. */
  references(at: NamePlace): Promise<readonly NamePlace[] | undefined>;
}

/** What resolving takes, for one analysis of a file. */
export interface Resolver {
  readonly module: Module;
  readonly languageServer: LanguageServer | undefined;
  /**
   * The package of a folder, or that of a file in it; undefined: there is none. Stays whole until the analysis ends.
   */
  package(dir: string, path?: string): Promise<GoPackage | undefined>;
}

/** Steps from package to package: what a package needs of another may need a third one. */
const DEPTH = 2;

/** True when something was resolved that was not known before: then the package is to be read again. */
export async function resolveLookups(pkg: GoPackage, resolver: Resolver, depth = DEPTH): Promise<boolean> {
  const values = await each(VALUE_LOOKUPS.of(pkg), pkg, resolver, depth, valueAt);
  const configs = await each(CONFIG_LOOKUPS.of(pkg), pkg, resolver, depth, configAt);
  return values || configs;
}

/** Other packages may have changed: all lookups of this one are to be resolved anew. */
export function forgetLookups(pkg: GoPackage): void {
  VALUE_LOOKUPS.forget(pkg);
  CONFIG_LOOKUPS.forget(pkg);
}

type Find<T> = (target: Target, pkg: GoPackage, resolver: Resolver) => Promise<T | undefined>;

async function each<T>(
  lookups: Lookups<T>,
  pkg: GoPackage,
  resolver: Resolver,
  depth: number,
  find: Find<T>,
): Promise<boolean> {
  let any = false;
  for (const lookup of depth > 0 ? lookups.takePending() : []) {
    const target = await declared(lookup, resolver);
    if (target === undefined || target.pkg.dir === pkg.dir) continue;
    let answer = await find(target, pkg, resolver);
    // What it needs may be declared in yet another one.
    if (answer === undefined && (await resolveLookups(target.pkg, resolver, depth - 1)))
      answer = await find(target, pkg, resolver);
    if (answer === undefined) continue;
    lookups.resolve(lookup, answer);
    any = true;
  }
  return any;
}

/** What a name stands for in its own package. */
interface Target {
  readonly pkg: GoPackage;
  readonly value?: Declared;
  readonly func?: { readonly file: GoFile; readonly func: Func };
  readonly field?: { readonly file: GoFile; readonly name: Node; readonly type: string };
}

async function declared({ file, name }: Lookup, resolver: Resolver): Promise<Target | undefined> {
  const { module, languageServer } = resolver;
  const operand = name.parent?.childForFieldName('operand') ?? undefined;
  const path = operand === undefined ? undefined : file.packageOf(operand);
  if (path !== undefined && module.path !== '' && (path === module.path || path.startsWith(`${module.path}/`))) {
    const pkg = await resolver.package(join(module.dir, path.slice(module.path.length)));
    const [value, func] = [pkg?.value(name.text), pkg?.func(name.text)];
    return pkg === undefined
      ? undefined
      : value !== undefined
        ? { pkg, value }
        : func !== undefined
          ? { pkg, func }
          : undefined;
  }
  // The standard library has nothing that is looked for.
  if (languageServer === undefined || (path !== undefined && !(path.split('/')[0] ?? '').includes('.')))
    return undefined;
  const at = await languageServer.definition({ path: file.path, offset: name.startIndex }, file.text);
  const pkg = at === undefined ? undefined : await resolver.package(dirOf(at.path), at.path);
  return pkg === undefined || at === undefined ? undefined : targetAt(pkg, at);
}

function targetAt(pkg: GoPackage, { path, offset }: NamePlace): Target | undefined {
  const here = (file: GoFile, name: Node | null): boolean => file.path === path && name?.startIndex === offset;
  for (const value of pkg.values) if (here(value.file, value.name)) return { pkg, value };
  for (const func of pkg.funcs) if (here(func.file, func.func.node.childForFieldName('name'))) return { pkg, func };
  const file = pkg.files.find((f) => f.path === path);
  const name = file?.root.descendantForIndex(offset) ?? undefined;
  const type =
    name?.parent?.type === 'field_declaration'
      ? enclosing(name, 'type_spec')?.childForFieldName('name')?.text
      : undefined;
  return file === undefined || name === undefined || type === undefined
    ? undefined
    : { pkg, field: { file, name, type } };
}

const valueAt: Find<Value> = async (target, pkg, resolver) => {
  const { value, func, field } = target;
  if (value !== undefined)
    return value.constant || (await onlyRead(target, value, pkg, resolver))
      ? exported(valueOf(value.name, value.file, target.pkg, undefined), resolver.module)
      : undefined;
  if (func !== undefined) return exported(valueReturnedBy(func, target.pkg), resolver.module);
  return field !== undefined && (await onlyRead(target, field, pkg, resolver))
    ? exported(valueOfField(field.type, field.name.text, target.pkg), resolver.module)
    : undefined;
};

const configAt: Find<ImportedConfig> = ({ pkg, func }, _, { module }) =>
  Promise.resolve(func === undefined ? undefined : configReturnedBy(func, pkg, module));

/** True when nobody but its own package gives it a value, as far as the language server sees. */
async function onlyRead(
  target: Target,
  { file, name }: { readonly file: GoFile; readonly name: Node },
  pkg: GoPackage,
  { languageServer }: Resolver,
): Promise<boolean> {
  const all = await languageServer?.references({ path: file.path, offset: name.startIndex });
  return (
    all !== undefined &&
    all.length > 0 &&
    all.every((at) => {
      if (dirOf(at.path) === target.pkg.dir || at.path.endsWith('_test.go')) return true;
      const own = pkg.files.find((f) => f.path === at.path);
      const node = own?.root.descendantForIndex(at.offset);
      return node !== undefined && node !== null && !isWritten(node);
    })
  );
}

/** `o.QPS = …`, `o.QPS++`, `&o.QPS`, `Options{QPS: …}`. */
function isWritten(name: Node): boolean {
  const element = enclosing(name, 'keyed_element');
  if (element !== undefined && parts(element)[0]?.startIndex === name.startIndex) return true;
  const whole = name.parent?.type === 'selector_expression' ? name.parent : name;
  const up = whole.parent;
  if (up?.type === 'unary_expression') return up.childForFieldName('operator')?.text === '&';
  return (
    up?.type === 'inc_statement' ||
    up?.type === 'dec_statement' ||
    (up?.type === 'expression_list' && up.parent?.childForFieldName('left')?.id === up.id)
  );
}

/** A value as another package has it: the trees that it was read from are not kept. */
function exported(value: Value, module: Module): Value | undefined {
  const { number, text, from, at, flag, whole } = value;
  if (number === undefined && text === undefined) return undefined;
  const own =
    at !== undefined && below(module.dir, at.file.path) !== at.file.path && !at.file.generated && !at.file.isTest;
  const stated =
    at === undefined
      ? undefined
      : { path: at.file.path, start: at.start, end: at.end, text: at.file.text.slice(at.start, at.end) };
  return {
    number,
    text,
    from,
    at: undefined,
    imported: true,
    ...(flag !== undefined && { flag }),
    ...(whole !== undefined && { whole }),
    ...(value.importedFrom !== undefined
      ? { importedFrom: value.importedFrom }
      : own && stated !== undefined && { importedFrom: stated }),
  };
}
