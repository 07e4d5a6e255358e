/**
 * Answers what a package asks about names of other packages: by the module's own folders where the text says which, and by the
 * answers of a language server (gopls) where one runs. Without it less is known, and nothing else changes.
 */
import { configGivenBy } from './clients/abroad';
import { CONFIGS_ABROAD } from './clients/objects';
import type { ConfigAbroad } from './clients/types';
import { VALUES_ABROAD, type Asked, type Question } from './go/abroad';
import type { Func, GoFile } from './go/file';
import { enclosing, parts, type Node } from './go/grammar';
import type { Declared, GoPackage } from './go/package';
import { valueGivenBy, valueOf, valueOfField, type Value } from './go/values';
import type { Module } from './modules/types';
import { below, dirOf, join } from './paths';

/** A place in a text: of a name. */
export interface NamePlace {
  readonly path: string;
  readonly offset: number;
}

/** What a language server knows. Each answers undefined for what it does not know, or not soon enough. */
export interface Definitions {
  /** Where the name at this place is declared. `text`: what the offset is of. */
  definition(at: NamePlace, text: string): Promise<NamePlace | undefined>;
  /** All places in the workspace that name what is declared here. */
  references(at: NamePlace): Promise<readonly NamePlace[] | undefined>;
}

/** One look at a file, with all that it takes. */
export interface Journey {
  readonly module: Module;
  readonly definitions: Definitions | undefined;
  /** The package of a folder, or that of a file in it; undefined: there is none. Stays whole until the look ends. */
  package(dir: string, path?: string): Promise<GoPackage | undefined>;
}

/** A package that asks one that asks one. */
const DEPTH = 2;

/** True when something was answered that was not known before: then the package is to be read again. */
export async function answer(pkg: GoPackage, journey: Journey, depth = DEPTH): Promise<boolean> {
  const values = await each(VALUES_ABROAD.of(pkg), pkg, journey, depth, valueAt);
  const configs = await each(CONFIGS_ABROAD.of(pkg), pkg, journey, depth, configAt);
  return values || configs;
}

/** What other packages told may be so no more. */
export function forgetAnswers(pkg: GoPackage): void {
  VALUES_ABROAD.forget(pkg);
  CONFIGS_ABROAD.forget(pkg);
}

type Find<T> = (target: Target, pkg: GoPackage, journey: Journey) => Promise<T | undefined>;

async function each<T>(
  asked: Asked<T>,
  pkg: GoPackage,
  journey: Journey,
  depth: number,
  find: Find<T>,
): Promise<boolean> {
  let any = false;
  for (const question of depth > 0 ? asked.take() : []) {
    const target = await declared(question, journey);
    if (target === undefined || target.pkg.dir === pkg.dir) continue;
    let told = await find(target, pkg, journey);
    // What it needs may be declared in yet another one.
    if (told === undefined && (await answer(target.pkg, journey, depth - 1))) told = await find(target, pkg, journey);
    if (told === undefined) continue;
    asked.tell(question, told);
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

async function declared({ file, name }: Question, journey: Journey): Promise<Target | undefined> {
  const { module, definitions } = journey;
  const operand = name.parent?.childForFieldName('operand') ?? undefined;
  const path = operand === undefined ? undefined : file.packageOf(operand);
  if (path !== undefined && module.path !== '' && (path === module.path || path.startsWith(`${module.path}/`))) {
    const pkg = await journey.package(join(module.dir, path.slice(module.path.length)));
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
  if (definitions === undefined || (path !== undefined && !(path.split('/')[0] ?? '').includes('.'))) return undefined;
  const at = await definitions.definition({ path: file.path, offset: name.startIndex }, file.text);
  const pkg = at === undefined ? undefined : await journey.package(dirOf(at.path), at.path);
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

const valueAt: Find<Value> = async (target, pkg, journey) => {
  const { value, func, field } = target;
  if (value !== undefined)
    return value.constant || (await onlyRead(target, value, pkg, journey))
      ? sent(valueOf(value.name, value.file, target.pkg, undefined), journey.module)
      : undefined;
  if (func !== undefined) return sent(valueGivenBy(func, target.pkg), journey.module);
  return field !== undefined && (await onlyRead(target, field, pkg, journey))
    ? sent(valueOfField(field.type, field.name.text, target.pkg), journey.module)
    : undefined;
};

const configAt: Find<ConfigAbroad> = ({ pkg, func }, _, { module }) =>
  Promise.resolve(func === undefined ? undefined : configGivenBy(func, pkg, module));

/** True when nobody but its own package gives it a value, as far as the language server sees. */
async function onlyRead(
  target: Target,
  { file, name }: { readonly file: GoFile; readonly name: Node },
  pkg: GoPackage,
  { definitions }: Journey,
): Promise<boolean> {
  const all = await definitions?.references({ path: file.path, offset: name.startIndex });
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
function sent(value: Value, module: Module): Value | undefined {
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
    elsewhere: true,
    ...(flag !== undefined && { flag }),
    ...(whole !== undefined && { whole }),
    ...(value.abroad !== undefined ? { abroad: value.abroad } : own && stated !== undefined && { abroad: stated }),
  };
}
