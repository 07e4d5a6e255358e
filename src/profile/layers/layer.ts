/** Which layer a function belongs to, by the rules. */
import { originOf, packageOf } from '../names';
import { LAYERS, RULES, type LayerId } from './rules';

const PLACE = new Map<LayerId, number>(LAYERS.map(({ id }, i) => [id, i]));

/** Index into LAYERS. `file` may be ''. */
export function layerOf(name: string, file: string, ownModules: readonly string[]): number {
  const pkg = packageOf(name);
  // Only modules that the user named: without any, the copy of client-go in the Kubernetes tree would look like the
  // user's own module.
  if (ownModules.length > 0 && originOf(name, file, ownModules) === 'own') return place('own');
  const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  const rest = rule(pkg, base, name);
  return place(rest ?? originOf(name, file, ownModules));
}

function rule(pkg: string, base: string, name: string): LayerId | undefined {
  if (pkg === '') return undefined;
  const local = name.slice(name.indexOf('.', name.lastIndexOf('/', cut(name)) + 1) + 1);
  return RULES.find(
    (r) =>
      r.pkg.test(pkg) && (r.file === undefined || r.file.test(base)) && (r.name === undefined || r.name.test(local)),
  )?.layer;
}

/** Type arguments have slashes of their own. */
function cut(name: string): number {
  const bracket = name.indexOf('[');
  return bracket < 0 ? name.length : bracket;
}

function place(id: LayerId): number {
  return PLACE.get(id) ?? LAYERS.length - 1;
}
