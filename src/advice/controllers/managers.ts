/** Finds managers: `ctrl.NewManager`, `manager.New`. */
import { RUNTIME } from '../libraries';
import { funcAt } from './locals';
import type { GoPackage } from '../go/package';
import { MANAGER } from './names';
import { readOptions } from './options';
import type { Manager } from './types';

export function managersOf(pkg: GoPackage): Manager[] {
  return pkg.files.flatMap((file) =>
    (file.importsAny(RUNTIME) ? file.calls : []).flatMap((call) => {
      const makes =
        (call.pkg === RUNTIME && call.name === 'NewManager') || (call.pkg === MANAGER && call.name === 'New');
      const options = call.args[1];
      if (!makes || options === undefined) return [];
      const read = readOptions(options, file, pkg);
      return [{ file, func: funcAt(file, call.node), call: call.node, options: read.literal, read }];
    }),
  );
}
